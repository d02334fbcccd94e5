import { endMember } from '../gzip/member.ts'
import { toSegment } from '../gzip/segment.ts'
import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState } from '../refresh/state.ts'
import { createAgentsPart } from './agents-part.ts'
import type { FilledFamily } from './family.ts'
import type { Format } from './format.ts'
import { writeLivePart } from './live-part.ts'
import { createSharedBody } from './shared-body.ts'

/** The whole of `/metrics` in one format. */
export interface Body {
  /** One gzip member, in pieces to be sent one after the other. */
  readonly gzipped: readonly Uint8Array[]
  /** Of its text, in bytes. */
  readonly length: number
}

/** Makes `/metrics`, or hands out what was made for another a moment ago. */
export type Exposition = (format: Format, now: Moment) => Promise<Body>

// One piece is one write. Beyond this, though, the agents are worth sharing with the bodies of other
// moments, which scrapers who read slowly still hold.
const ONE_PIECE_BYTES = 128 * 1024

/**
 * Puts `/metrics` together from two parts: the agents, compressed when they were read, and what is true of this moment.
 *
 * @param states of all operations, now
 * @param collectOwn families about the exporter itself
 */
export function createExposition(
  states: () => readonly OperationState[],
  collectOwn: () => Promise<readonly FilledFamily[]>,
): Exposition {
  const agentsPart = createAgentsPart()

  const bodyIn = (format: Format) =>
    createSharedBody(states, async (current, now): Promise<Body> => {
      const text = writeLivePart(current, await collectOwn(), format, now)
      const live = await toSegment(Buffer.from(text))
      const agents = agentsPart(shownOf(current, now))
      const { end, length } = endMember(agents, live)
      const { bytes } = agents
      return {
        gzipped: bytes.length > ONE_PIECE_BYTES ? [bytes, end] : [Buffer.concat([bytes, end])],
        length,
      }
    })

  const bodies = { text: bodyIn('text'), openmetrics: bodyIn('openmetrics') }
  return (format, now) => bodies[format](now)
}

/** What has turned stale is withdrawn. */
function shownOf(states: readonly OperationState[], now: Moment) {
  return states.flatMap((state) => (state.served === undefined || isStale(state, now) ? [] : [state.served]))
}
