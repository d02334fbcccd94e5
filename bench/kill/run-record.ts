import type { ServeProcess } from '../serve-process.ts'

/** What the bench records of one process of the exporter, from start to kill. */
export interface ProcessRun {
  readonly exporter: ServeProcess
  readonly startedAt: number
  listening: boolean
  /** Set immediately before the kill. Later connection errors are expected. */
  killedAt: number | undefined
  /** Every `wolkvox_last_success_timestamp_seconds` that it served, without repetitions. */
  readonly served: number[]
  /** Whether it served stored data of an earlier process. */
  restored: boolean
}

export function newRun(exporter: ServeProcess): ProcessRun {
  return {
    exporter,
    startedAt: Date.now(),
    listening: false,
    killedAt: undefined,
    served: [],
    restored: false,
  }
}
