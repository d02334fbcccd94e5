import type { ServeProcess } from '../serve-process.ts'

/** One incarnation of the exporter, from its start to its kill. */
export interface Life {
  readonly exporter: ServeProcess
  readonly startedAt: number
  listening: boolean
  /** Set right before it is killed: from then on its connections may break. */
  killedAt: number | undefined
  /** `wolkvox_last_success_timestamp_seconds` of what it has served, each once. */
  readonly served: number[]
  /** Whether it has served what an earlier one had kept. */
  restored: boolean
}

export function lifeOf(exporter: ServeProcess): Life {
  return {
    exporter,
    startedAt: Date.now(),
    listening: false,
    killedAt: undefined,
    served: [],
    restored: false,
  }
}
