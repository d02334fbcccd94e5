import type { WolkvoxRecord } from '../centre/report.ts'
import type { FaultName } from './faults.ts'
import type { Gate } from './gate.ts'
import type { Holds } from './holds.ts'

/** What the routes share: one operation as it is at the moment of the call. */
export interface Operation {
  /** The only one that may call. */
  readonly token: string
  readonly gate: Gate
  /** Waited before each answer, in milliseconds. */
  readonly latencyMs: number
  /** The simulated time, in whole seconds since midnight of day 0. */
  readonly now: () => number
  /** The report as it would be sent now. */
  readonly report: () => readonly WolkvoxRecord[]
  /** All calls to the API that have come in, refused ones included. */
  requests: number
  /** What goes wrong at present. */
  fault: FaultName | undefined
  /** Who is held in a state. */
  holds: Holds
}
