import type { Operation } from '../config/operation.ts'
import { type FailureReason, failureReasons } from '../wolkvox/failure.ts'
import { type RecordRejection, recordRejections } from '../wolkvox/snapshot.ts'
import type { Failure, Outcome, Served } from './attempt.ts'
import { dayAt } from './day.ts'

/** The refresh that ended last. */
export interface LastRefresh {
  readonly durationMs: number
  /** `undefined` when it succeeded. */
  readonly failure: Failure | undefined
}

/**
 * All that is known of one operation at a moment. Never changed in place: each event makes a new value, so whoever
 * reads one reads a whole one.
 */
export interface OperationState {
  readonly operation: Operation
  readonly lastRefresh: LastRefresh | undefined
  readonly served: Served | undefined
  /** When the next fetch is due, in milliseconds since 1970. */
  readonly nextRefreshAt: number
  readonly refreshes: number
  readonly failures: Readonly<Record<FailureReason, number>>
  readonly requests: number
  /** Requests of one day of the operation's time zone. */
  readonly requestsOfDay: { readonly day: string; readonly count: number }
  readonly rejectedRecords: Readonly<Record<RecordRejection, number>>
  /** Under wolkvox's own name of the field. */
  readonly rejectedValues: Readonly<Record<string, number>>
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
    served: undefined,
    nextRefreshAt: now,
    refreshes: 0,
    failures: zeroes(failureReasons),
    requests: 0,
    requestsOfDay: { day: dayAt(now, operation.timeZone), count: 0 },
    rejectedRecords: zeroes(recordRejections),
    rejectedValues: zeroes(fields),
  }
}

/** A refresh begins; the one after it is known from then on. */
export function withNextRefresh(state: OperationState, nextRefreshAt: number): OperationState {
  return { ...state, nextRefreshAt }
}

/** A request is about to be sent: what is spent is spent, whatever comes of it. */
export function withRequest(state: OperationState, now: number): OperationState {
  const day = dayAt(now, state.operation.timeZone)
  return {
    ...state,
    requests: state.requests + 1,
    requestsOfDay: { day, count: requestsToday(state, now) + 1 },
  }
}

/** A refresh has ended. After a failure the last good answer stays. */
export function withOutcome(state: OperationState, outcome: Outcome, durationMs: number): OperationState {
  const failure = outcome.ok ? undefined : outcome.failure
  return {
    ...state,
    lastRefresh: { durationMs, failure },
    served: outcome.ok ? outcome.served : state.served,
    refreshes: state.refreshes + 1,
    failures: failure === undefined ? state.failures : add(state.failures, { [failure.reason]: 1 }),
    rejectedRecords: add(state.rejectedRecords, outcome.rejections.records),
    rejectedValues: add(state.rejectedValues, outcome.rejections.values),
  }
}

/** Requests sent since the operation's day turned. */
export function requestsToday({ operation, requestsOfDay }: OperationState, now: number): number {
  return requestsOfDay.day === dayAt(now, operation.timeZone) ? requestsOfDay.count : 0
}

/** Whether the last good answer is too old to be shown as what the agents do now. */
export function isStale({ operation, served }: OperationState, now: number): boolean {
  return served !== undefined && now - served.fetchedAt > operation.staleAfterMs
}

/** Whether the operation has been tried, or restored from an earlier run. */
export function isReady({ lastRefresh, served }: OperationState): boolean {
  return lastRefresh !== undefined || served !== undefined
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
