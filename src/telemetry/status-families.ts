import type { Moment } from '../clock.ts'
import { CALLS_PER_LICENSE } from '../config/account.ts'
import type { Family, FamilyType, FilledFamily, Sample } from '../model/family.ts'
import {
  type AccountState,
  dayEnd,
  isQuotaExhausted,
  otherRequestsToday,
  requestsToday,
} from '../scheduling/budget.ts'
import type { ExporterState, OperationState, ReportState } from '../scheduling/state.ts'
import { MAX_RECORDS } from '../wolkvox/values.ts'

/** A family about reports, operations or accounts. */
export interface StatusFamily extends Family {
  /** Names of its labels. */
  readonly labels: readonly string[]
  readonly samples: (state: ExporterState, now: Moment) => readonly Sample[]
}

/** Values by the value of the additional label, or a single value without one. Undefined values are left out. */
type Values = Readonly<Record<string, number | undefined>> | number | undefined

/** How to get the values of a family from a report, an operation or an account. */
interface Description<T> {
  readonly help: string
  /** An additional label. */
  readonly label?: string
  readonly values: (state: T, now: Moment) => Values
}

/** All families about the state of the exporter, in exposition order. */
export const statusFamilies: readonly StatusFamily[] = [
  aboutReports('wolkvox_up', {
    help: 'Whether the last refresh succeeded (1) or failed (0). Absent until the first refresh has ended.',
    values: ({ lastRefresh }) => lastRefresh && Number(lastRefresh.failure === undefined),
  }),
  aboutReports('wolkvox_last_success_timestamp_seconds', {
    help: 'When the current data was fetched from wolkvox.',
    values: ({ rendered }) => rendered && rendered.fetchedAt / 1000,
  }),
  aboutReports('wolkvox_next_refresh_timestamp_seconds', {
    help: 'When the next fetch from wolkvox is due.',
    values: ({ nextRefreshAt }) => Math.round(nextRefreshAt) / 1000,
  }),
  aboutReports('wolkvox_last_refresh_duration_seconds', {
    help: 'How long the last refresh took, retries included.',
    values: ({ lastRefresh }) => lastRefresh && Math.round(lastRefresh.durationMs) / 1000,
  }),
  aboutReports('wolkvox_refresh_interval_seconds', {
    help: 'Time from the start of one refresh to the start of the next, as configured.',
    values: ({ settings }) => settings.refreshIntervalMs / 1000,
  }),
  aboutReports('wolkvox_stale_after_seconds', {
    help: "Age at which the report's series are removed, as configured.",
    values: ({ settings }) => settings.staleAfterMs / 1000,
  }),
  aboutReports('wolkvox_records', {
    help: 'Records in the last good response, rejected ones included.',
    values: ({ rendered }) => rendered?.records,
  }),
  aboutReports('wolkvox_record_limit_reached', {
    help: `Whether the last good response had ${MAX_RECORDS} records (1), the most that wolkvox sends, so that records may be missing.`,
    values: ({ rendered }) => rendered && Number(rendered.records >= MAX_RECORDS),
  }),
  aboutReports('wolkvox_response_bytes', {
    help: 'Size of the last good response, decoded.',
    values: ({ rendered }) => rendered?.responseBytes,
  }),
  aboutReports('wolkvox_refreshes_total', {
    help: 'Refreshes that have ended, successful or not.',
    values: ({ refreshes }) => refreshes,
  }),
  aboutReports('wolkvox_refresh_failures_total', {
    help: 'Refreshes that failed, by reason.',
    label: 'reason',
    values: ({ failures }) => failures,
  }),
  aboutReports('wolkvox_last_failure_reason', {
    help: 'Why the last refresh failed, always 1. No series while the last refresh was successful.',
    label: 'reason',
    values: ({ lastRefresh }) => (lastRefresh?.failure ? { [lastRefresh.failure.reason]: 1 } : {}),
  }),
  aboutReports('wolkvox_api_requests_total', {
    help: 'HTTP requests sent to wolkvox, retries included. Each costs one call of the quota.',
    values: ({ requests }) => requests,
  }),
  aboutReports('wolkvox_clock_skew_seconds', {
    help: "This machine's clock minus the time in wolkvox's last response; 0 if the duration of the request explains the difference.",
    values: ({ clockSkewMs }) => (clockSkewMs === undefined ? undefined : Math.round(clockSkewMs) / 1000),
  }),
  aboutReports('wolkvox_rejected_records_total', {
    help: 'Records of responses that were rejected, by reason.',
    label: 'reason',
    values: ({ rejectedRecords }) => rejectedRecords,
  }),
  aboutReports('wolkvox_rejected_values_total', {
    help: "Values of responses that could not be read, by wolkvox's name of the field.",
    label: 'field',
    values: ({ rejectedValues }) => rejectedValues,
  }),
  aboutReports('wolkvox_missing_field', {
    help: "Fields that no record of the last good response has, by wolkvox's name of the field, always 1. wolkvox may have renamed them.",
    label: 'field',
    values: ({ missingFields }) => Object.fromEntries(missingFields.map((field) => [field, 1])),
  }),
  aboutOperations('wolkvox_operation_info', {
    help: 'The account of an operation, always 1.',
    label: 'account',
    values: ({ account }) => ({ [account]: 1 }),
  }),
  aboutOperations('wolkvox_storage_failures_total', {
    help: 'Failed attempts to store data for the next start.',
    values: ({ storageFailures }) => storageFailures,
  }),
  aboutGroups('wolkvox_group_rows', {
    help: 'Rows of the groups file that are used. Absent without a groups file.',
    values: ({ rows }) => rows,
  }),
  aboutGroups('wolkvox_group_problems', {
    help: 'Rows of the groups file with a problem. Not used: a further row of an agent (duplicate), and a row that cannot be read (invalid). Without effect: a row whose agent is not in the last good response (unknown_agent).',
    label: 'problem',
    values: ({ unknownAgents, duplicate, invalid }) => ({
      unknown_agent: unknownAgents,
      duplicate,
      invalid,
    }),
  }),
  aboutAccounts('wolkvox_account_requests_today', {
    help: "HTTP requests that this exporter has sent since the account's day began.",
    values: (state, now) => requestsToday(state, now.wallMs),
  }),
  aboutAccounts('wolkvox_account_other_requests_today', {
    help: "Requests of other programs since the account's day began, as of the last good response of token_info. Absent without that report, and until its first response of the day.",
    values: (state, now) => otherRequestsToday(state, now.wallMs)?.count,
  }),
  aboutAccounts('wolkvox_account_daily_limit', {
    help: `Requests that wolkvox allows in a day: ${CALLS_PER_LICENSE} for each licence. Absent if the licences are not configured.`,
    values: ({ dailyLimit }) => dailyLimit,
  }),
  aboutAccounts('wolkvox_account_quota_exhausted', {
    help: 'Whether wolkvox or the configured licences allow no more calls today (1) or some (0). Reports that pause for more important ones do not change it.',
    values: (state, now) => Number(isQuotaExhausted(state, now.wallMs)),
  }),
  aboutAccounts('wolkvox_account_day_end_timestamp_seconds', {
    help: "When the account's day ends and the count of requests returns to 0.",
    values: (state, now) => Math.round(dayEnd(state, now.wallMs) / 1000),
  }),
]

function aboutReports(name: string, description: Description<ReportState>): StatusFamily {
  return family(name, ['operation', 'report'], description, (state) =>
    state.reports.map((report) => ({
      of: report,
      labels: { operation: report.operation, report: report.report },
    })),
  )
}

function aboutOperations(name: string, description: Description<OperationState>): StatusFamily {
  return family(name, ['operation'], description, ({ operations }) =>
    operations.map((state) => ({ of: state, labels: { operation: state.operation.name } })),
  )
}

/** What is known of the groups file of an operation. */
interface GroupsState {
  readonly rows: number
  readonly duplicate: number
  readonly invalid: number
  /** `undefined` until there is a good response. */
  readonly unknownAgents: number | undefined
}

function aboutGroups(name: string, description: Description<GroupsState>): StatusFamily {
  return family(name, ['operation'], description, ({ operations, reports }) =>
    operations.flatMap(({ operation: { name: operation, groups } }) => {
      if (groups === undefined) return []
      const report = reports.find(
        ({ operation: of, rendered }) => of === operation && rendered?.unknownInGroups !== undefined,
      )
      const unknownAgents = report?.rendered?.unknownInGroups
      return [{ of: { rows: groups.rows, ...groups.problems, unknownAgents }, labels: { operation } }]
    }),
  )
}

function aboutAccounts(name: string, description: Description<AccountState>): StatusFamily {
  return family(name, ['account'], description, ({ accounts }) =>
    accounts.map((state) => ({ of: state, labels: { account: state.account } })),
  )
}

function family<T>(
  name: string,
  labelNames: readonly string[],
  { help, label, values }: Description<T>,
  subjects: (
    state: ExporterState,
  ) => readonly { readonly of: T; readonly labels: Readonly<Record<string, string>> }[],
): StatusFamily {
  return {
    name,
    type: typeOf(name),
    help,
    labels: label === undefined ? labelNames : [...labelNames, label],
    samples: (state, now) =>
      subjects(state).flatMap(({ of, labels }) => {
        const current = values(of, now)
        if (current === undefined) return []
        if (typeof current === 'number') return [{ labels, value: current }]
        return Object.entries(current).flatMap(([text, value]) =>
          value === undefined ? [] : [{ labels: { ...labels, [label ?? '']: text }, value }],
        )
      }),
  }
}

function typeOf(name: string): FamilyType {
  return name.endsWith('_total') ? 'counter' : 'gauge'
}

/** The families about the state, with their samples at a moment. */
export function fillStatusFamilies(state: ExporterState, now: Moment): readonly FilledFamily[] {
  return statusFamilies.map((family) => ({ ...family, samples: family.samples(state, now) }))
}
