import type { Operation } from '../config/operation.ts'
import { type FailureReason, failureReasons } from '../wolkvox/failure.ts'
import { type RecordRejection, recordRejections } from '../wolkvox/snapshot.ts'
import type { Failure, Outcome, Served } from './attempt.ts'
import { dayAt, isDayOver } from './day.ts'
import type { Moment } from './moment.ts'

/** The refresh that ended last. */
export interface LastRefresh {
  readonly durationMs: number
  /** `undefined` when it succeeded. */
  readonly failure: Failure | undefined
}

/** Requests of one day of the operation's time zone. */
export interface RequestsOfDay {
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly count: number
}

/**
 * All that is known of one operation at a moment. Never changed in place: each event makes a new value, so whoever
 * reads one reads a whole one.
 */
export interface OperationState {
  readonly operation: Operation
  readonly lastRefresh: LastRefresh | undefined
  /** Whether a refresh is under way, its retries and the waits between them included. */
  readonly underWay: boolean
  /** Whether a call has ended, well or not. */
  readonly hasEndedCall: boolean
  readonly served: Served | undefined
  /** The moment of `served.fetchedAt` on the steady clock. */
  readonly servedSteady: number
  /** When the next fetch is due, in milliseconds since 1970. */
  readonly nextRefreshAt: number
  readonly refreshes: number
  readonly failures: Readonly<Record<FailureReason, number>>
  readonly requests: number
  readonly requestsOfDay: RequestsOfDay
  /** Day on which the quota was found spent, until a refresh succeeds. */
  readonly quotaSpentOn: string | undefined
  readonly rejectedRecords: Readonly<Record<RecordRejection, number>>
  /** Under wolkvox's own name of the field. */
  readonly rejectedValues: Readonly<Record<string, number>>
  readonly storageFailures: number
}

/**
 * The state before anything has happened, with every counter at zero so that its first step can be seen.
 *
 * @param fields wolkvox's names of all fields that are read
 * @param now milliseconds since 1970
 */
export function initialState(operation: Operation, fields: readonly string[], now: number): OperationState {
  return {
    operation,
    lastRefresh: undefined,
    underWay: false,
    hasEndedCall: false,
    served: undefined,
    servedSteady: Number.NaN,
    nextRefreshAt: now,
    refreshes: 0,
    failures: zeroes(failureReasons),
    requests: 0,
    requestsOfDay: { day: dayAt(now, operation.timeZone), count: 0 },
    quotaSpentOn: undefined,
    rejectedRecords: zeroes(recordRejections),
    rejectedValues: zeroes(fields),
    storageFailures: 0,
  }
}

/** It is known when the next refresh begins. */
export function withNextRefresh(state: OperationState, nextRefreshAt: number): OperationState {
  return { ...state, nextRefreshAt }
}

/** A refresh begins; when the one after it is due is known from then on. */
export function withRefreshUnderWay(state: OperationState, nextRefreshAt: number): OperationState {
  return { ...state, underWay: true, nextRefreshAt }
}

/** A request is about to be sent: what is spent is spent, whatever comes of it. */
export function withRequest(state: OperationState, now: number): OperationState {
  const { operation, requestsOfDay } = state
  const day = isAnotherDay(state, now) ? dayAt(now, operation.timeZone) : requestsOfDay.day
  return {
    ...state,
    requests: state.requests + 1,
    requestsOfDay: { day, count: requestsToday(state, now) + 1 },
  }
}

/** What an earlier run has spent is known. */
export function withSpending(
  state: OperationState,
  requestsOfDay: RequestsOfDay,
  quotaSpentOn: string | undefined,
): OperationState {
  return { ...state, requestsOfDay, quotaSpentOn }
}

/** There is data to serve: just fetched, or kept from an earlier run. */
export function withServed(state: OperationState, served: Served, now: Moment): OperationState {
  return { ...state, served, servedSteady: now.steady - (now.wall - served.fetchedAt) }
}

/** A call has failed, and its refresh goes on with another. */
export function withEndedCall(state: OperationState): OperationState {
  return { ...state, hasEndedCall: true }
}

/** A refresh has ended. After a failure the last good answer stays. */
export function withOutcome(
  before: OperationState,
  outcome: Outcome,
  durationMs: number,
  now: Moment,
): OperationState {
  const state = outcome.ok ? withServed(before, outcome.served, now) : before
  const failure = outcome.ok ? undefined : outcome.failure
  return {
    ...state,
    lastRefresh: { durationMs, failure },
    underWay: false,
    hasEndedCall: true,
    quotaSpentOn: quotaSpentAfter(state, failure, now.wall),
    refreshes: state.refreshes + 1,
    failures: failure === undefined ? state.failures : add(state.failures, { [failure.reason]: 1 }),
    rejectedRecords: add(state.rejectedRecords, outcome.rejections.records),
    rejectedValues: add(state.rejectedValues, outcome.rejections.values),
  }
}

/** Something could not be kept for the next start. */
export function withStorageFailure(state: OperationState): OperationState {
  return { ...state, storageFailures: state.storageFailures + 1 }
}

/** Requests sent since the operation's day turned. */
export function requestsToday(state: OperationState, now: number): number {
  return isAnotherDay(state, now) ? 0 : state.requestsOfDay.count
}

function isAnotherDay({ operation: { timeZone }, requestsOfDay }: OperationState, now: number): boolean {
  return isDayOver(requestsOfDay.day, now, timeZone)
}

function quotaSpentAfter(
  state: OperationState,
  failure: Failure | undefined,
  now: number,
): string | undefined {
  if (failure === undefined) return undefined
  return failure.reason === 'quota_exceeded' ? dayAt(now, state.operation.timeZone) : state.quotaSpentOn
}

/**
 * Whether the last good answer is too old to be shown as what the agents do now. The older of two ages counts: a clock
 * that is set back makes the data no younger, nor does a machine that has slept.
 */
export function isStale({ operation, served, servedSteady }: OperationState, now: Moment): boolean {
  if (served === undefined) return false
  return Math.max(now.wall - served.fetchedAt, now.steady - servedSteady) > operation.staleAfterMs
}

/** Whether the operation has been tried, or restored from an earlier run. */
export function isReady({ hasEndedCall, served }: OperationState): boolean {
  return hasEndedCall || served !== undefined
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
