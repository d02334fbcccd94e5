import type { Moment } from '../clock.ts'
import { formatDuration } from '../config/units.ts'
import { type ExporterState, isStale, type ReportState } from '../scheduling/state.ts'
import type { Status } from '../server/status-page.ts'
import { failureHints } from '../wolkvox/failure.ts'

/** Describes the state of every report for the status page. */
export function describeStatus(
  version: string,
  telemetryPath: string,
  { reports }: ExporterState,
  now: Moment,
): Status {
  return {
    version,
    telemetryPath,
    reports: reports.map((state) => ({
      operation: state.operation,
      report: state.report,
      status: lastRefreshOf(state),
      data: dataOf(state, now),
      nextRefresh: `in ${formatSeconds(state.nextRefreshAt - now.wallMs)}`,
    })),
  }
}

function lastRefreshOf({ lastRefresh, inProgress }: ReportState): string {
  if (lastRefresh === undefined) return inProgress ? 'in progress' : 'none since startup'
  const { failure, durationMs } = lastRefresh
  return failure === undefined
    ? `ok, took ${(durationMs / 1000).toFixed(2)} s`
    : `failed (${failure.reason}): ${failure.message}; ${failureHints[failure.reason]}`
}

function dataOf(state: ReportState, now: Moment): string {
  const { rendered } = state
  if (rendered === undefined) return 'none yet'
  const records = rendered.rows === 1 ? '1 record' : `${rendered.rows} records`
  const age = `${records}, ${formatSeconds(now.wallMs - rendered.fetchedAt)} old`
  return isStale(state, now) ? `${age}: stale, series removed` : age
}

const formatSeconds = (ms: number) => formatDuration(Math.max(0, Math.round(ms / 1000)) * 1000)
