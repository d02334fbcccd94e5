import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState } from '../refresh/state.ts'
import type { Landing } from '../server/landing-page.ts'

/** Puts the operations' states into words for the landing page. */
export function landingOf(
  version: string,
  telemetryPath: string,
  states: readonly OperationState[],
  now: Moment,
): Landing {
  return {
    version,
    telemetryPath,
    operations: states.map((state) => ({
      name: state.operation.name,
      status: statusOf(state),
      data: dataOf(state, now),
      nextRefresh: `in ${seconds(state.nextRefreshAt - now.wall)}`,
    })),
  }
}

function statusOf({ lastRefresh }: OperationState): string {
  if (lastRefresh === undefined) return 'under way'
  return lastRefresh.failure === undefined
    ? `ok, took ${(lastRefresh.durationMs / 1000).toFixed(1)} s`
    : `failed (${lastRefresh.failure.reason}): ${lastRefresh.failure.message}`
}

function dataOf(state: OperationState, now: Moment): string {
  if (state.served === undefined) return 'none yet'
  const agents = Object.values(state.served.agentsByCategory).reduce((sum, count) => sum + count, 0)
  const age = `${agents} agents, ${seconds(now.wall - state.served.fetchedAt)} old`
  return isStale(state, now) ? `${age}: stale, withdrawn` : age
}

const seconds = (ms: number) => `${Math.max(0, Math.round(ms / 1000))} s`
