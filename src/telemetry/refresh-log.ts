import { formatDuration } from '../config/duration.ts'
import type { Failure, Outcome } from '../refresh/attempt.ts'
import type { OperationState } from '../refresh/state.ts'
import { failureHints } from '../wolkvox/failure.ts'
import type { Logger } from './logger.ts'

/** One line for each refresh: what it brought, or why not and what to do. */
export function logRefresh(
  log: Logger,
  { operation, lastRefresh, nextRefreshAt }: OperationState,
  outcome: Outcome,
): void {
  const facts = {
    operation: operation.name,
    duration_seconds: Math.round(lastRefresh?.durationMs ?? 0) / 1000,
    ...(outcome.ok ? { records: outcome.served.records } : { reason: outcome.failure.reason }),
    ...rejected(outcome),
    ...(!outcome.ok &&
      outcome.failure.reason === 'quota_exceeded' && { next_refresh: new Date(nextRefreshAt).toISOString() }),
  }
  if (outcome.ok) {
    log.info(facts, 'refreshed')
  } else {
    const { reason, message } = outcome.failure
    log.warn(facts, `refresh failed: ${message}; ${failureHints[reason]}`)
  }
}

/** A call that failed and is made again within the same refresh. */
export function logRetry(log: Logger, { operation }: OperationState, failure: Failure, waitMs: number): void {
  const facts = { operation: operation.name, reason: failure.reason }
  log.info(facts, `${failure.message}; trying again in ${inWords(waitMs)}`)
}

/** The first refresh waits: the data of an earlier run is served until then, if there is any. */
export function logWait(log: Logger, { operation, served }: OperationState, waitMs: number): void {
  const facts = { operation: operation.name, ...(served && { records: served.records }) }
  const found =
    served === undefined ? 'no data yet' : `data of ${new Date(served.fetchedAt).toISOString()} restored`
  log.info(
    facts,
    `${found}; an earlier run has called already, so the next fetch comes in ${inWords(waitMs)}`,
  )
}

const inWords = (ms: number) => formatDuration(Math.ceil(ms / 1000) * 1000)

function rejected({ rejections }: Outcome) {
  const count = (of: Readonly<Record<string, number>>) =>
    Object.values(of).reduce((sum, more) => sum + more, 0)
  const records = count(rejections.records)
  const values = count(rejections.values)
  return {
    ...(records > 0 && { rejected_records: records }),
    ...(values > 0 && { rejected_values: values }),
  }
}
