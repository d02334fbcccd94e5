import type { Moment } from '../refresh/moment.ts'
import type { OperationState } from '../refresh/state.ts'
import type { FilledFamily, Sample } from './family.ts'
import type { Format } from './format.ts'
import { type OperationFamily, operationFamilies } from './operation-families.ts'
import { writeHeader, writeSamples } from './text-writer.ts'

/** What OpenMetrics ends with, so that a cut answer can be told. */
const END_OF_OPENMETRICS = '# EOF\n'

/**
 * What follows the agents: small, and as it is at this moment. A family without samples is left out.
 *
 * @param states of all operations
 * @param own families about the exporter itself
 */
export function writeLivePart(
  states: readonly OperationState[],
  own: readonly FilledFamily[],
  format: Format,
  now: Moment,
): string {
  const families = [...operationFamilies.map((family) => fill(family, states, now)), ...own]
    .filter(({ samples }) => samples.length > 0)
    .map((family) => writeHeader(family, format) + writeSamples(family, family.samples, format))
  return families.join('') + (format === 'openmetrics' ? END_OF_OPENMETRICS : '')
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
