import { CALLS_A_LICENSE, dailyLimit } from '../config/quota.ts'
import { untilNextDay } from '../refresh/day.ts'
import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState, requestsToday } from '../refresh/state.ts'
import { MAX_RECORDS } from '../wolkvox/response.ts'
import type { Family } from './family.ts'

/** A family of samples about an operation itself. */
export interface OperationFamily extends Family {
  /** The label after `operation`, where there is one. */
  readonly label?: string
  /**
   * @returns values under the value of `label`, or under `''` where there is none; an undefined one is left out
   */
  readonly values: (state: OperationState, now: Moment) => Readonly<Record<string, number | undefined>>
}

/** Every family about an operation, in the order in which they are written. */
export const operationFamilies: readonly OperationFamily[] = [
  {
    ...gauge(
      'wolkvox_agents',
      'Agents in each category of states. wolkvox field agent_status, as old as the last refresh.',
    ),
    label: 'category',
    values: (state, now) =>
      state.served === undefined || isStale(state, now) ? {} : state.served.agentsByCategory,
  },
  single(
    gauge(
      'wolkvox_up',
      'Whether the last refresh succeeded (1) or failed (0). Absent until the first has ended.',
    ),
    ({ lastRefresh }) => lastRefresh && Number(lastRefresh.failure === undefined),
  ),
  single(
    gauge('wolkvox_last_success_timestamp_seconds', 'When the data now served was fetched from wolkvox.'),
    ({ served }) => served && served.fetchedAt / 1000,
  ),
  single(
    gauge('wolkvox_next_refresh_timestamp_seconds', 'When the next fetch from wolkvox is due.'),
    ({ nextRefreshAt }) => Math.round(nextRefreshAt) / 1000,
  ),
  single(
    gauge('wolkvox_last_refresh_duration_seconds', 'How long the last refresh took, retries included.'),
    ({ lastRefresh }) => lastRefresh && Math.round(lastRefresh.durationMs) / 1000,
  ),
  single(
    gauge(
      'wolkvox_refresh_interval_seconds',
      'Time from the start of one refresh to the start of the next, as configured.',
    ),
    ({ operation }) => operation.refreshIntervalMs / 1000,
  ),
  single(
    gauge(
      'wolkvox_stale_after_seconds',
      'Age at which the series of the agents are withdrawn, as configured.',
    ),
    ({ operation }) => operation.staleAfterMs / 1000,
  ),
  single(
    gauge('wolkvox_records', 'Records in the last good answer, those left out included.'),
    ({ served }) => served?.records,
  ),
  single(
    gauge(
      'wolkvox_record_limit_reached',
      `Whether the last good answer held ${MAX_RECORDS} records (1), the most that wolkvox sends, and so may be cut short.`,
    ),
    ({ served }) => served && Number(served.records >= MAX_RECORDS),
  ),
  single(
    gauge('wolkvox_response_bytes', 'Size of the last good answer, decoded.'),
    ({ served }) => served?.responseBytes,
  ),
  single(counter('wolkvox_refreshes_total', 'Refreshes ended, well or not.'), ({ refreshes }) => refreshes),
  {
    ...counter('wolkvox_refresh_failures_total', 'Refreshes that failed, by reason.'),
    label: 'reason',
    values: ({ failures }) => failures,
  },
  {
    ...gauge(
      'wolkvox_last_failure_reason',
      'Why the last refresh failed, always 1. No series while the last refresh succeeded.',
    ),
    label: 'reason',
    values: ({ lastRefresh }) => (lastRefresh?.failure ? { [lastRefresh.failure.reason]: 1 } : {}),
  },
  single(
    counter(
      'wolkvox_api_requests_total',
      'HTTP requests sent to wolkvox, retries included: what is spent of the quota.',
    ),
    ({ requests }) => requests,
  ),
  single(
    gauge(
      'wolkvox_api_requests_today',
      "HTTP requests sent to wolkvox since the day turned in the operation's time zone.",
    ),
    (state, now) => requestsToday(state, now.wall),
  ),
  single(
    gauge(
      'wolkvox_api_day_end_timestamp_seconds',
      "When the day turns in the operation's time zone, and with it the count of requests.",
    ),
    ({ operation }, { wall }) => Math.round((wall + untilNextDay(wall, operation.timeZone)) / 1000),
  ),
  single(
    gauge(
      'wolkvox_api_daily_limit',
      `Requests that wolkvox allows in a day: ${CALLS_A_LICENSE} a licence. Absent where the licences are not configured.`,
    ),
    ({ operation }) => dailyLimit(operation),
  ),
  {
    ...counter('wolkvox_rejected_records_total', 'Records of an answer that were left out, by reason.'),
    label: 'reason',
    values: ({ rejectedRecords }) => rejectedRecords,
  },
  {
    ...counter(
      'wolkvox_rejected_values_total',
      "Values of an answer that were left out because they could not be read, by wolkvox's name of the field.",
    ),
    label: 'field',
    values: ({ rejectedValues }) => rejectedValues,
  },
  single(
    counter(
      'wolkvox_storage_failures_total',
      'Times that something could not be kept on disk for the next start.',
    ),
    ({ storageFailures }) => storageFailures,
  ),
]

function gauge(name: string, help: string): Family {
  return { name, type: 'gauge', help }
}

function counter(name: string, help: string): Family {
  return { name, type: 'counter', help }
}

function single(
  family: Family,
  value: (state: OperationState, now: Moment) => number | undefined,
): OperationFamily {
  return { ...family, values: (state, now) => ({ '': value(state, now) }) }
}
