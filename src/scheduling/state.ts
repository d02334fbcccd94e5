import type { Moment } from '../clock.ts'
import type { Operation, ReportSettings } from '../config/operation.ts'
import type { Failure, Outcome, RenderedSnapshot, ResponseSummary } from '../model/outcome.ts'
import { type RecordRejection, recordRejections } from '../model/rejections.ts'
import { reportNamed } from '../reports/index.ts'
import { fieldsOf } from '../reports/report.ts'
import { type FailureReason, failureReasons } from '../wolkvox/failure.ts'
import type { AccountState } from './budget.ts'

/** The refresh that ended last. */
export interface LastRefresh {
  readonly durationMs: number
  /** `undefined` if it succeeded. */
  readonly failure: Failure | undefined
}

/** One of the recent refreshes, as plain data: numbers, and a message that contains no secret and no agent. */
export interface RefreshRecord {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Retries included. */
  readonly durationMs: number
  /** HTTP requests; 0 if the quota allowed none. */
  readonly requests: number
  /** `undefined` if it succeeded. */
  readonly failure: Pick<Failure, 'reason' | 'message'> | undefined
  /** `undefined` if no complete response came. */
  readonly received: ResponseSummary | undefined
  /** Records in a good response, rejected ones included. */
  readonly records: number | undefined
  /** Records that are exposed. */
  readonly rows: number | undefined
  readonly rejectedRecords: number
  readonly rejectedValues: number
  /** Whether some of these values are dates in the future. Absent if none is. */
  readonly hasFutureDates?: boolean
}

/** How many refreshes a report remembers. */
export const HISTORY_LENGTH = 20

/** The state of one report of one operation at a moment. Never changed in place: each event makes a new value. */
export interface ReportState {
  /** Name of the operation. */
  readonly operation: string
  /** Name of the report. */
  readonly report: string
  readonly settings: ReportSettings
  readonly lastRefresh: LastRefresh | undefined
  /** The last refreshes, newest first: at most {@link HISTORY_LENGTH}. */
  readonly history: readonly RefreshRecord[]
  /** When the first of the failures since the last success began, in milliseconds since 1970; `undefined` after a success. */
  readonly failingSince: number | undefined
  /** `requests` when the current refresh began. */
  readonly requestsBefore: number
  /** Whether a refresh is in progress, including its retries and the waits between them. */
  readonly inProgress: boolean
  /** Whether a call has ended, successful or not. */
  readonly hasAttempted: boolean
  /** The last good data. */
  readonly rendered: RenderedSnapshot | undefined
  /** The moment of `rendered.fetchedAt` on the monotonic clock. */
  readonly fetchedMonotonicMs: number
  /** This machine's clock minus wolkvox's, in milliseconds; `undefined` until a response has shown it. */
  readonly clockSkewMs: number | undefined
  /** When the next fetch is due, in milliseconds since 1970. */
  readonly nextRefreshAt: number
  readonly refreshes: number
  readonly failures: Readonly<Record<FailureReason, number>>
  readonly requests: number
  readonly rejectedRecords: Readonly<Record<RecordRejection, number>>
  /** By wolkvox's name of the field. */
  readonly rejectedValues: Readonly<Record<string, number>>
  /** wolkvox's names of the fields that no record of the last good response has. */
  readonly missingFields: readonly string[]
}

/** The state of an operation that its reports share. */
export interface OperationState {
  readonly operation: Operation
  /** Value of the label `account`. */
  readonly account: string
  readonly storageFailures: number
}

/** All that is known at a moment. */
export interface ExporterState {
  readonly accounts: readonly AccountState[]
  readonly operations: readonly OperationState[]
  readonly reports: readonly ReportState[]
}

/**
 * The state before anything has happened. Every counter exists from the start, so that its first increase is visible.
 *
 * @param now milliseconds since 1970
 */
export function initialState(operation: string, settings: ReportSettings, now: number): ReportState {
  return {
    operation,
    report: settings.name,
    settings,
    lastRefresh: undefined,
    history: [],
    failingSince: undefined,
    requestsBefore: 0,
    inProgress: false,
    hasAttempted: false,
    rendered: undefined,
    fetchedMonotonicMs: Number.NaN,
    clockSkewMs: undefined,
    nextRefreshAt: now,
    refreshes: 0,
    failures: zeroes(failureReasons),
    requests: 0,
    rejectedRecords: zeroes(recordRejections),
    rejectedValues: zeroes(fieldsOf(reportNamed(settings.name), settings.parameters)),
    missingFields: [],
  }
}

/** The start of the next refresh is known. */
export function withNextRefresh(state: ReportState, nextRefreshAt: number): ReportState {
  return { ...state, nextRefreshAt }
}

/** A refresh begins, and the one after it is due then. */
export function withRefreshInProgress(state: ReportState, nextRefreshAt: number): ReportState {
  return { ...state, inProgress: true, nextRefreshAt, requestsBefore: state.requests }
}

/** A request is about to be sent. */
export function withRequest(state: ReportState): ReportState {
  return { ...state, requests: state.requests + 1 }
}

/** There is data to expose: just fetched, or stored by an earlier process. */
export function withData(state: ReportState, rendered: RenderedSnapshot, now: Moment): ReportState {
  return { ...state, rendered, fetchedMonotonicMs: now.monotonicMs - (now.wallMs - rendered.fetchedAt) }
}

/** A report continues with other intervals. A refresh that was in progress has been aborted. */
export function withSettings(state: ReportState, settings: ReportSettings): ReportState {
  return { ...state, settings, inProgress: false }
}

/** A call has failed, and its refresh continues with a retry. */
export function withFailedAttempt(state: ReportState): ReportState {
  return { ...state, hasAttempted: true }
}

/** A response may show how far the clocks differ. */
export function withClockSkew(state: ReportState, clockSkewMs: number | undefined): ReportState {
  return clockSkewMs === undefined ? state : { ...state, clockSkewMs }
}

/** A refresh has ended. After a failure the last good data stays. */
export function withOutcome(
  before: ReportState,
  outcome: Outcome,
  durationMs: number,
  now: Moment,
): ReportState {
  const state = outcome.ok ? withData(before, outcome.rendered, now) : before
  const failure = outcome.ok ? undefined : outcome.failure
  const record = recordOf(before, outcome, durationMs, now)
  return {
    ...state,
    lastRefresh: { durationMs, failure },
    history: [record, ...before.history.slice(0, HISTORY_LENGTH - 1)],
    failingSince: outcome.ok ? undefined : (before.failingSince ?? record.startedAt),
    inProgress: false,
    hasAttempted: true,
    refreshes: state.refreshes + 1,
    failures: failure === undefined ? state.failures : add(state.failures, { [failure.reason]: 1 }),
    rejectedRecords: add(state.rejectedRecords, outcome.rejections.records),
    rejectedValues: add(state.rejectedValues, outcome.rejections.values),
    missingFields: outcome.ok ? (outcome.missingFields ?? []) : state.missingFields,
  }
}

function recordOf(before: ReportState, outcome: Outcome, durationMs: number, now: Moment): RefreshRecord {
  const { rejections, received } = outcome
  return {
    startedAt: Math.round(now.wallMs - durationMs),
    durationMs,
    requests: before.requests - before.requestsBefore,
    failure: outcome.ok ? undefined : { reason: outcome.failure.reason, message: outcome.failure.message },
    received,
    records: outcome.ok ? outcome.rendered.records : undefined,
    rows: outcome.ok ? outcome.rendered.rows : undefined,
    rejectedRecords: totalOf(rejections.records),
    rejectedValues: totalOf(rejections.values),
    ...(rejections.futureDates !== undefined && { hasFutureDates: true }),
  }
}

/** The sum of counts. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/**
 * Whether the last good data is too old to be exposed as the current state. The older of two ages counts: neither a clock that
 * is set back nor a machine that has slept makes data younger.
 */
export function isStale({ settings, rendered, fetchedMonotonicMs }: ReportState, now: Moment): boolean {
  if (rendered === undefined) return false
  const age = Math.max(now.wallMs - rendered.fetchedAt, now.monotonicMs - fetchedMonotonicMs)
  return age > settings.staleAfterMs
}

/** Whether a call of the report has ended, successful or not, or data of an earlier process was restored. */
export function isReady({ hasAttempted, rendered }: ReportState): boolean {
  return hasAttempted || rendered !== undefined
}

/** Whether at least one report of each operation is ready. The others may wait in the queue of their account. */
export function isEveryOperationReady({ operations, reports }: ExporterState): boolean {
  const ready = new Set(reports.filter(isReady).map(({ operation }) => operation))
  return operations.every(({ operation: { name } }) => ready.has(name))
}

function zeroes<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>
}

function add<K extends string>(
  totals: Readonly<Record<K, number>>,
  more: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const sums: Record<K, number> = { ...totals }
  for (const key of Object.keys(more) as K[]) sums[key] = (sums[key] ?? 0) + (more[key] ?? 0)
  return sums
}
