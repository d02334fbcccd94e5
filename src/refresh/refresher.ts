import type { Operation } from '../config/operation.ts'
import type { Attempt, Outcome } from './attempt.ts'
import { delay } from './delay.ts'
import { nextStart } from './schedule.ts'
import { initialState, type OperationState, withNextRefresh, withOutcome, withRequest } from './state.ts'

/** Keeps one operation fresh. */
export interface Refresher {
  /** What is known of the operation now. */
  state(): OperationState
  /** Aborts a fetch under way, starts no other, and resolves when nothing is left running. */
  stop(): Promise<void>
}

/** Told of each refresh that ended, with the state that it left. */
export type OnRefresh = (state: OperationState, outcome: Outcome) => void

/**
 * Refreshes an operation at once and then in its rhythm, until it is stopped.
 *
 * @param fields wolkvox's names of all fields that are read
 */
export function startRefresher(
  operation: Operation,
  fields: readonly string[],
  attempt: Attempt,
  onRefresh: OnRefresh,
): Refresher {
  const { refreshIntervalMs } = operation
  const stopping = new AbortController()
  let state = initialState(operation, fields, Date.now())

  async function refresh(): Promise<void> {
    const startedAt = performance.now()
    state = withRequest(state, Date.now())
    const outcome = await attempt(operation, stopping.signal)
    state = withOutcome(state, outcome, performance.now() - startedAt)
    onRefresh(state, outcome)
  }

  async function run(): Promise<void> {
    let dueAt = performance.now()
    while (!stopping.signal.aborted) {
      state = withNextRefresh(state, Date.now() + refreshIntervalMs)
      await refresh()
      const now = performance.now()
      dueAt = nextStart(dueAt, refreshIntervalMs, now)
      state = withNextRefresh(state, Date.now() + dueAt - now)
      await delay(dueAt - now, stopping.signal)
    }
  }

  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    state: () => state,
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
