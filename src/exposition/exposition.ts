import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState } from '../refresh/state.ts'
import { agentFamilies } from './agent-families.ts'
import type { FilledFamily, Sample } from './family.ts'
import type { Format } from './format.ts'
import { type OperationFamily, operationFamilies } from './operation-families.ts'
import { writeHeader, writeSamples } from './text-writer.ts'

/** What OpenMetrics ends with, so that a cut answer can be told. */
const END_OF_OPENMETRICS = '# EOF\n'

/**
 * The whole of `/metrics`. Samples of one family stand together, whichever operation they are of; a family without
 * samples is left out.
 *
 * @param states of all operations
 * @param own families about the exporter itself
 * @param now what has turned stale by then is withdrawn
 */
export function renderExposition(
  states: readonly OperationState[],
  own: readonly FilledFamily[],
  format: Format,
  now: Moment,
): Buffer {
  const fresh = states.filter((state) => !isStale(state, now))
  const agents = agentFamilies.flatMap((family, index) => {
    const pieces = fresh.flatMap(({ served }) => served?.page[index] ?? [])
    return pieces.some((piece) => piece.length > 0) ? [writeHeader(family, format), ...pieces] : []
  })
  const small = [...operationFamilies.map((family) => fill(family, states, now)), ...own]
    .filter(({ samples }) => samples.length > 0)
    .map((family) => writeHeader(family, format) + writeSamples(family, family.samples, format))
  const end = format === 'openmetrics' ? [END_OF_OPENMETRICS] : []
  const pieces = [...agents, ...small, ...end]
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

function fill(family: OperationFamily, states: readonly OperationState[], now: Moment): FilledFamily {
  return { ...family, samples: states.flatMap((state) => samplesOf(family, state, now)) }
}

function samplesOf(family: OperationFamily, state: OperationState, now: Moment): Sample[] {
  return Object.entries(family.values(state, now)).flatMap(([key, value]) => {
    if (value === undefined) return []
    const operation = state.operation.name
    return [
      { labels: family.label === undefined ? { operation } : { operation, [family.label]: key }, value },
    ]
  })
}
