import { now } from '../clock.ts'
import type { Outcome } from '../model/outcome.ts'
import { createRepeatedFailures } from '../repeated-failures.ts'
import type { RefreshEvents } from '../scheduling/refresher.ts'
import { reportKey } from '../scheduling/scheduled-report.ts'
import { type ReportState, totalOf } from '../scheduling/state.ts'
import { formatDuration } from '../units.ts'
import { failureHints } from '../wolkvox/failure.ts'
import type { Logger } from './logger.ts'

/** What the log has said about a report. */
interface ReportMemory {
  readonly failures: ReturnType<typeof createRepeatedFailures>
  readonly rejections: ReturnType<typeof createRepeatedFailures>
  readonly missingFields: ReturnType<typeof createRepeatedFailures>
  readonly delays: ReturnType<typeof createRepeatedFailures>
  privacyProblem: string | undefined
  hasRefreshed: boolean
}

/**
 * Logs refreshes: constant messages, with the details in fields. What changes is at `info` or `warn`: the first success,
 * failures, recoveries. What repeats is at `debug`.
 *
 * @param clock the current time; tests replace it
 */
export function createRefreshLog(log: Logger, clock = now): RefreshEvents {
  const memories = new Map<string, ReportMemory>()

  function memoryOf({ operation, report }: ReportState): ReportMemory {
    const key = reportKey(operation, report)
    const memory = memories.get(key) ?? {
      failures: createRepeatedFailures(),
      rejections: createRepeatedFailures(),
      missingFields: createRepeatedFailures(),
      delays: createRepeatedFailures(),
      privacyProblem: undefined,
      hasRefreshed: false,
    }
    memories.set(key, memory)
    return memory
  }

  function logSuccess(state: ReportState, outcome: Outcome & { ok: true }): void {
    const memory = memoryOf(state)
    const fields = {
      ...reportFields(state),
      ...durationOf(state),
      records: outcome.rendered.records,
      ...rejectedBy(outcome),
    }
    const recovered = memory.failures.succeeded(clock())
    if (recovered !== undefined) log[recovered.level]({ ...fields, ...recovered.fields }, 'refresh recovered')
    else log[memory.hasRefreshed ? 'debug' : 'info'](fields, 'refreshed')
    memory.hasRefreshed = true
    logRejections(state, outcome, memory)
    logMissingFields(state, memory)
    logPrivacy(state, outcome, memory)
  }

  /** Logs each problem once: it lasts until the configuration changes. */
  function logPrivacy(
    state: ReportState,
    { privacyProblem }: Outcome & { ok: true },
    memory: ReportMemory,
  ): void {
    if (privacyProblem !== undefined && privacyProblem !== memory.privacyProblem) {
      log.warn(
        {
          ...reportFields(state),
          problem: privacyProblem,
          hint: 'set WOLKVOX_AGENT_ID (agent_id in a file) to hash',
        },
        'agent ids are personal data',
      )
    }
    memory.privacyProblem = privacyProblem
  }

  function logMissingFields(state: ReportState, { missingFields: memory }: ReportMemory): void {
    const fields = state.missingFields
    if (fields.length > 0) {
      const { level, fields: repeated } = memory.failed(fields, clock())
      log[level]({ ...reportFields(state), fields, ...repeated }, 'fields missing')
      return
    }
    const ended = memory.succeeded(clock())
    if (ended) log[ended.level]({ ...reportFields(state), ...ended.fields }, 'fields no longer missing')
  }

  function logRejections(state: ReportState, outcome: Outcome, { rejections }: ReportMemory): void {
    const reasons = namesOf(outcome.rejections.records)
    const fields = namesOf(outcome.rejections.values)
    if (reasons.length + fields.length === 0) {
      const ended = rejections.succeeded(clock())
      if (ended) log[ended.level]({ ...reportFields(state), ...ended.fields }, 'data no longer rejected')
      return
    }
    const { level, fields: repeated } = rejections.failed(
      [...reasons.map((reason) => `record ${reason}`), ...fields.map((field) => `value ${field}`)],
      clock(),
    )
    log[level](
      {
        ...reportFields(state),
        ...rejectedBy(outcome),
        ...(reasons.length > 0 && { reasons }),
        ...(fields.length > 0 && { fields }),
        ...(outcome.rejections.futureDates !== undefined && { hint: FUTURE_DATES_HINT }),
        ...repeated,
      },
      'data rejected',
    )
  }

  function logFailure(state: ReportState, outcome: Outcome & { ok: false }): void {
    const { reason, message } = outcome.failure
    const { level, fields } = memoryOf(state).failures.failed([reason], clock())
    const next = reason === 'quota_exceeded' && {
      next_refresh: new Date(state.nextRefreshAt).toISOString(),
    }
    log[level](
      {
        ...reportFields(state),
        ...durationOf(state),
        reason,
        problem: message,
        hint: failureHints[reason],
        ...next,
        ...rejectedBy(outcome),
        ...fields,
      },
      'refresh failed',
    )
  }

  return {
    onRefreshed(state, outcome) {
      if (outcome.ok) logSuccess(state, outcome)
      else logFailure(state, outcome)
    },
    // Its name may return, but not what the log has said about it.
    onRemoved: ({ operation, report }) => memories.delete(reportKey(operation, report)),
    onTurn(state, waitedMs) {
      const { delays } = memoryOf(state)
      const fields = { ...reportFields(state), waited: formatWait(waitedMs) }
      if (waitedMs > state.settings.refreshIntervalMs) {
        const { level, fields: repeated } = delays.failed(['delayed'], clock())
        log[level]({ ...fields, ...repeated }, 'call delayed')
        return
      }
      const ended = delays.succeeded(clock())
      if (ended) log[ended.level]({ ...fields, ...ended.fields }, 'calls no longer delayed')
    },
    onRetry(state, { reason, message }, waitMs) {
      // The first refresh can take minutes before it fails, and someone is probably watching.
      log[state.refreshes === 0 ? 'warn' : 'debug'](
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

const durationOf = ({ lastRefresh }: ReportState) => ({
  duration_seconds: Math.round(lastRefresh?.durationMs ?? 0) / 1000,
})

const formatWait = (ms: number) => formatDuration(Math.ceil(ms / 1000) * 1000)

const namesOf = (counts: Readonly<Record<string, number>>) =>
  Object.keys(counts).filter((name) => counts[name] !== 0)

const FUTURE_DATES_HINT =
  'dates are in the future; check the time zone (WOLKVOX_TIMEZONE, timezone in a file) and the clock'

function rejectedBy({ rejections }: Outcome) {
  const records = totalOf(rejections.records)
  const values = totalOf(rejections.values)
  return {
    ...(records > 0 && { rejected_records: records }),
    ...(values > 0 && { rejected_values: values }),
  }
}
