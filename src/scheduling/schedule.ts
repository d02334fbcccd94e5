import type { MAX_RETRIES } from '../config/account.ts'
import type { Failure } from '../model/outcome.ts'
import type { FailureReason } from '../wolkvox/failure.ts'
import type { ReportState } from './state.ts'

/**
 * When the next refresh starts. The schedule runs from start to start. If a refresh overruns, the missed ticks are skipped:
 * refreshes never overlap and never follow each other faster than the interval.
 *
 * @param dueAt when the refresh before was due; all in milliseconds of one clock
 * @param now when it ended. Timers can fire a moment early, so it may be before `dueAt`
 * @returns the first tick after now
 */
export function nextStart(dueAt: number, intervalMs: number, now: number): number {
  const ticks = Math.max(1, Math.floor((now - dueAt) / intervalMs) + 1)
  return dueAt + ticks * intervalMs
}

/** The part of the interval by which a call may be late without moving the schedule. */
const TOLERATED_DELAY = 0.1

/**
 * The start that the following refreshes are counted from. A call that had to wait long, for other calls of its account, a slow
 * disk or a paused machine, moves the schedule: the next call would follow it too soon. Small delays do not, so that the
 * schedule does not drift.
 *
 * @param dueAt when the refresh was due; all in milliseconds of one clock
 * @param sentAt when its first request was sent; `undefined` if none was
 */
export function startOfSchedule(dueAt: number, sentAt: number | undefined, intervalMs: number): number {
  return sentAt !== undefined && sentAt - dueAt > intervalMs * TOLERATED_DELAY ? sentAt : dueAt
}

/**
 * How long the first refresh of a process waits. Restarts do not change the refresh schedule: however often the process
 * restarts, an interval costs one call.
 *
 * @param earliestFetch as an earlier process has stored it; all in milliseconds since 1970
 * @param fetchedAt moment of the stored data
 */
export function firstWait(
  earliestFetch: number | undefined,
  fetchedAt: number | undefined,
  intervalMs: number,
  now: number,
): number {
  const afterData = fetchedAt === undefined ? 0 : fetchedAt + intervalMs
  const wait = Math.max(0, (earliestFetch ?? 0) - now, afterData - now)
  // A longer wait was stored by a process with a longer interval, or before the clock was set back.
  return Math.min(wait, intervalMs)
}

/**
 * When the next process may fetch, in milliseconds since 1970. After a failure at once, because a restart then usually fixes
 * something; but not after a refresh that has not ended, or a crash loop would use up the quota.
 */
export function earliestFetch({ lastRefresh, inProgress, nextRefreshAt }: ReportState): number {
  const failed = lastRefresh?.failure !== undefined
  return failed && !inProgress ? 0 : nextRefreshAt
}

/**
 * How long the first refresh of one of several reports waits, so that many reports do not start at once: 10 s in all, or a
 * tenth of the interval if that is shorter.
 *
 * @param index of the report among those that start together
 */
export function startOffset(index: number, count: number, intervalMs: number): number {
  return (Math.min(MAX_SPREAD_MS, intervalMs / 10) * index) / count
}

const MAX_SPREAD_MS = 10_000

/** Failures that may disappear within seconds. A retry after any other failure only costs a call of the quota. */
const TEMPORARY: ReadonlySet<FailureReason> = new Set([
  'connect',
  'proxy',
  'timeout',
  'http_error',
  'rate_limited',
  'concurrency',
])

// Fractions of the interval: 5 s and 15 s at 5 minutes.
const RETRY_DELAYS = [1 / 60, 1 / 20] as const satisfies { readonly length: typeof MAX_RETRIES }

// Up to this fraction more or less, so that two exporters that failed together do not retry together.
const JITTER = 0.2

/**
 * How long to wait before a retry: as long as the server requests, or else a fraction of the interval. If the server requests
 * more than is left of the interval, there is no retry.
 *
 * @param retries of this refresh so far
 * @param elapsedMs since this refresh began
 * @param random from 0 to 1
 * @returns milliseconds, or `undefined` for no retry
 */
export function retryDelay(
  { reason, retryAfterMs, isPermanent = false }: Failure,
  retries: number,
  intervalMs: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  const fraction = RETRY_DELAYS[retries]
  if (fraction === undefined || isPermanent || !TEMPORARY.has(reason)) return undefined
  if (retryAfterMs === undefined) return intervalMs * fraction * (1 + JITTER * (2 * random - 1))
  return elapsedMs + retryAfterMs < intervalMs ? retryAfterMs : undefined
}

/**
 * How long the next refresh has to wait because the server requested it with the last failure, but one interval at most.
 *
 * @returns milliseconds; 0 if the server requested no wait
 */
export function requestedWait(failure: Failure | undefined, intervalMs: number): number {
  return Math.min(failure?.retryAfterMs ?? 0, intervalMs)
}
