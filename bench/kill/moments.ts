import type { ServeProcess } from '../serve-process.ts'
import type { Calls } from './calls.ts'
import { INTERVAL_MS, LATENCY_MS } from './settings.ts'
import type { Writing } from './writing.ts'

// From the start of the process to its first answers takes some 0.4 s on a quiet machine.
const START_UP_MS = 500

// From the first sign of a file to its name take some 1 to 6 ms. A third of the kills come at once, as a file is torn
// only between being opened and being filled.
const WRITING_MS = 3

/** What can be seen of an exporter from outside. */
export interface Signs {
  readonly exporter: ServeProcess
  readonly calls: Calls
  readonly writing: Writing
}

/** Where in a life the kill falls. */
export interface Moment {
  readonly from: (signs: Signs) => Promise<unknown>
  /** Milliseconds from then on, of which a random share passes. */
  readonly spread: number
}

export const anyTime: Moment = { from: ({ exporter }) => exporter.url, spread: 2 * INTERVAL_MS }

export const moments: readonly Moment[] = [
  { from: async () => {}, spread: START_UP_MS },
  { from: ({ calls }) => calls.next(), spread: LATENCY_MS },
  // Left to chance alone, hardly a kill would fall into the writing.
  { from: ({ writing }) => writing.next('.calls'), spread: WRITING_MS },
  { from: ({ writing }) => writing.next('.snapshot'), spread: WRITING_MS },
  anyTime,
]
