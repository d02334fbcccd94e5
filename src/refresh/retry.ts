import type { FailureReason } from '../wolkvox/failure.ts'

/** What may pass by itself within seconds; anything else would only cost another call of the quota. */
const WORTH_ANOTHER_TRY: ReadonlySet<FailureReason> = new Set([
  'connect',
  'timeout',
  'http_error',
  'concurrency',
])

// Parts of the interval: 5 s and 15 s at 5 minutes.
const DELAYS = [1 / 60, 1 / 20]

// Either way of the delay, so that two exporters that failed together do not come back together.
const JITTER = 0.2

/**
 * How long to wait before the same refresh tries again.
 *
 * @param retries how often this refresh has been tried again already
 * @param random from 0 to 1
 * @returns milliseconds, or `undefined` when it is over
 */
export function retryDelay(
  reason: FailureReason,
  retries: number,
  intervalMs: number,
  random: number,
): number | undefined {
  const part = DELAYS[retries]
  if (part === undefined || !WORTH_ANOTHER_TRY.has(reason)) return undefined
  return intervalMs * part * (1 + JITTER * (2 * random - 1))
}
