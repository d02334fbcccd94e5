import { formatDuration } from '../config/units.ts'
import type { RefreshEvents } from '../scheduling/refresher.ts'
import type { ReportState } from '../scheduling/state.ts'
import { failureHints } from '../wolkvox/failure.ts'
import type { Outcome } from '../worker/outcome.ts'
import type { Logger } from './logger.ts'

/** Logs refreshes: one line for each, with a constant message and the details in fields. */
export function refreshLog(log: Logger): RefreshEvents {
  return {
    onRefreshed(state, outcome) {
      const fields = {
        ...reportFields(state),
        duration_seconds: Math.round(state.lastRefresh?.durationMs ?? 0) / 1000,
      }
      const rejected = rejectedBy(outcome)
      if (outcome.ok) {
        log.info({ ...fields, records: outcome.rendered.records, ...rejected }, 'refreshed')
      } else {
        const { reason, message } = outcome.failure
        const next = reason === 'quota_exceeded' && {
          next_refresh: new Date(state.nextRefreshAt).toISOString(),
        }
        log.warn(
          { ...fields, reason, problem: message, hint: failureHints[reason], ...next, ...rejected },
          'refresh failed',
        )
      }
    },
    onRetry(state, { reason, message }, waitMs) {
      log.info(
        { ...reportFields(state), reason, problem: message, retry_in: formatWait(waitMs) },
        'call failed; retrying',
      )
    },
    onResumed(state, waitMs) {
      const { rendered } = state
      const fields = { ...reportFields(state), next_refresh_in: formatWait(waitMs) }
      if (rendered === undefined) {
        log.info(fields, 'resumed stored schedule')
      } else {
        const fetched = new Date(rendered.fetchedAt).toISOString()
        log.info({ ...fields, records: rendered.records, fetched }, 'restored stored data')
      }
    },
  }
}

const reportFields = ({ operation, report }: ReportState) => ({ operation, report })

const formatWait = (ms: number) => formatDuration(Math.ceil(ms / 1000) * 1000)

function rejectedBy({ rejections }: Outcome) {
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0)
  const records = total(rejections.records)
  const values = total(rejections.values)
  return {
    ...(records > 0 && { rejected_records: records }),
    ...(values > 0 && { rejected_values: values }),
  }
}
