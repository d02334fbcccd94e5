import type { FailureReason } from '../wolkvox/failure.ts'
import type { Failure } from './attempt.ts'

/** What may pass within seconds. A retry of anything else only costs another call of the quota. */
const TEMPORARY: ReadonlySet<FailureReason> = new Set([
  'connect',
  'timeout',
  'http_error',
  'rate_limited',
  'concurrency',
])

// Parts of the interval: 5 s and 15 s at 5 minutes.
const DELAYS = [1 / 60, 1 / 20]

// Either way of the delay, so that two exporters that failed together do not come back together.
const JITTER = 0.2

/**
 * How long to wait before the same refresh tries again: as long as the server asks, or else a part of the interval. If the
 * server asks for longer than is left of the interval, there is no retry; see {@link retryAfterHold}.
 *
 * @param retries how often this refresh has been tried again already
 * @param elapsedMs since this refresh began
 * @param random from 0 to 1
 * @returns milliseconds, or `undefined` when it is over
 */
export function retryDelay(
  { reason, retryAfterMs, isPermanent = false }: Failure,
  retries: number,
  intervalMs: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  const part = DELAYS[retries]
  if (part === undefined || isPermanent || !TEMPORARY.has(reason)) return undefined
  if (retryAfterMs === undefined) return intervalMs * part * (1 + JITTER * (2 * random - 1))
  return elapsedMs + retryAfterMs < intervalMs ? retryAfterMs : undefined
}

/**
 * How long the next refresh has to wait because the server has asked for it, one interval at most: a wrong header must not
 * stop refreshes.
 *
 * @param failure of the refresh that has just ended
 * @returns milliseconds
 */
export function retryAfterHold(failure: Failure | undefined, intervalMs: number): number {
  return Math.min(failure?.retryAfterMs ?? 0, intervalMs)
}
