import type { Moment } from '../clock.ts'
import {
  type AccountState,
  backoffMs,
  dayEnd,
  isLimitReached,
  otherRequestsToday,
  requestsToday,
} from '../scheduling/budget.ts'
import { type ExporterState, isStale, type RefreshRecord, type ReportState } from '../scheduling/state.ts'
import { MAX_RECORDS } from '../wolkvox/values.ts'

export type { RefreshRecord } from '../scheduling/state.ts'

/** What the status page shows: plain data without secrets and agents. All moments are in milliseconds since 1970. */
export interface Status {
  readonly version: string
  readonly now: number
  /** The name of the only operation that is shown; `undefined`: all are. */
  readonly only: string | undefined
  /** Since when changed files of the configuration cannot be used; `undefined` if they can. */
  readonly reloadFailingSince: number | undefined
  readonly accounts: readonly AccountStatus[]
  readonly operations: readonly OperationStatus[]
}

/** The daily quota of an account. */
export interface AccountStatus {
  readonly name: string
  readonly timeZone: string
  /** Calls of today: those of this exporter, and those that others are known to have made. */
  readonly usedToday: number
  /** Calls of other programs; `undefined` if no report has measured them today. */
  readonly otherRequestsToday: number | undefined
  /** `undefined` if the licences are not configured. */
  readonly dailyLimit: number | undefined
  readonly dayEndsAt: number
  /** Until when no call may be sent because the quota is exhausted. */
  readonly pausedUntil: number | undefined
  /**
   * Whether the limit is reached by the exporter's own count, and what it knows of other programs; otherwise wolkvox has refused
   * a call.
   */
  readonly limitReached: boolean
}

/** An operation and its reports. */
export interface OperationStatus {
  readonly name: string
  readonly account: string
  readonly timeZone: string
  readonly storageFailures: number
  readonly reports: readonly ReportStatus[]
}

/**
 * - `ok`: the last refresh succeeded
 * - `starting`: no refresh has ended yet
 * - `failing`: the last refresh failed, and the last good data is still served
 * - `stale`: the last good data is too old to be served
 * - `missing`: every refresh failed
 */
export type Condition = 'ok' | 'starting' | 'failing' | 'stale' | 'missing'

/** A report: its last good data, and its last refreshes. */
export interface ReportStatus {
  readonly name: string
  readonly condition: Condition
  readonly inProgress: boolean
  readonly failingSince: number | undefined
  /** The last good data. */
  readonly data: { readonly fetchedAt: number; readonly records: number; readonly rows: number } | undefined
  readonly staleAfterMs: number
  readonly intervalMs: number
  readonly nextRefreshAt: number
  /** Whether records may be missing because wolkvox sends no more. */
  readonly recordLimitReached: boolean
  /** Newest first. */
  readonly history: readonly RefreshRecord[]
}

/**
 * Describes the state of the exporter.
 *
 * @param only the name of the only operation to describe; all if `undefined`
 * @param reloadFailingSince see {@link Status}
 * @returns `undefined` if there is no such operation
 */
export function describeStatus(
  version: string,
  state: ExporterState,
  now: Moment,
  only?: string | undefined,
  reloadFailingSince?: number | undefined,
): Status | undefined {
  const operations = state.operations.filter(({ operation }) => only === undefined || operation.name === only)
  if (only !== undefined && operations.length === 0) return undefined
  const accounts = new Set(operations.map(({ account }) => account))
  const reportsOf = Map.groupBy(state.reports, ({ operation }) => operation)
  return {
    version,
    now: now.wallMs,
    only,
    reloadFailingSince,
    accounts: state.accounts
      .filter(({ account }) => accounts.has(account))
      .map((account) => describeAccount(account, now)),
    operations: operations.map(({ operation, account, storageFailures }) => ({
      name: operation.name,
      account,
      timeZone: operation.timeZone,
      storageFailures,
      reports: (reportsOf.get(operation.name) ?? []).map((report) => describeReport(report, now)),
    })),
  }
}

function describeAccount(state: AccountState, now: Moment): AccountStatus {
  const { account, timeZone, dailyLimit, exhausted } = state
  const others = otherRequestsToday(state, now.wallMs)?.count
  const limitReached = isLimitReached(state, now.wallMs)
  // Days of a time zone are expensive to calculate, and accounts can be many.
  const pausedMs = limitReached || exhausted !== undefined ? backoffMs(state, now) : 0
  return {
    name: account,
    timeZone,
    usedToday: requestsToday(state, now.wallMs) + (others ?? 0),
    otherRequestsToday: others,
    dailyLimit,
    dayEndsAt: dayEnd(state, now.wallMs),
    pausedUntil: pausedMs > 0 ? now.wallMs + pausedMs : undefined,
    limitReached,
  }
}

function describeReport(state: ReportState, now: Moment): ReportStatus {
  const { rendered, settings } = state
  return {
    name: state.report,
    condition: conditionOf(state, now),
    inProgress: state.inProgress,
    failingSince: state.failingSince,
    data: rendered && { fetchedAt: rendered.fetchedAt, records: rendered.records, rows: rendered.rows },
    staleAfterMs: settings.staleAfterMs,
    intervalMs: settings.refreshIntervalMs,
    nextRefreshAt: state.nextRefreshAt,
    recordLimitReached: rendered !== undefined && rendered.records >= MAX_RECORDS,
    history: state.history,
  }
}

function conditionOf(state: ReportState, now: Moment): Condition {
  const { rendered, failingSince } = state
  if (rendered === undefined) return failingSince === undefined ? 'starting' : 'missing'
  if (isStale(state, now)) return 'stale'
  return failingSince === undefined ? 'ok' : 'failing'
}
