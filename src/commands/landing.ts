import { formatDuration } from '../config/duration.ts'
import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState } from '../refresh/state.ts'
import type { Landing } from '../server/landing-page.ts'
import { failureHints } from '../wolkvox/failure.ts'

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
      nextRefresh: `in ${inWords(state.nextRefreshAt - now.wall)}`,
    })),
  }
}

function statusOf({ lastRefresh, underWay }: OperationState): string {
  if (lastRefresh === undefined) return underWay ? 'under way' : 'none since the start'
  const { failure, durationMs } = lastRefresh
  return failure === undefined
    ? `ok, took ${(durationMs / 1000).toFixed(2)} s`
    : `failed (${failure.reason}): ${failure.message}; ${failureHints[failure.reason]}`
}

function dataOf(state: OperationState, now: Moment): string {
  if (state.served === undefined) return 'none yet'
  const agents = Object.values(state.served.agentsByCategory).reduce((sum, count) => sum + count, 0)
  const age = `${agents} agents, ${inWords(now.wall - state.served.fetchedAt)} old`
  return isStale(state, now) ? `${age}: stale, withdrawn` : age
}

const inWords = (ms: number) => formatDuration(Math.max(0, Math.round(ms / 1000)) * 1000)
