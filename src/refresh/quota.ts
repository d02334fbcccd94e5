import { dailyLimit } from '../config/quota.ts'
import { dayAt, untilNextDay } from './day.ts'
import { type OperationState, requestsToday } from './state.ts'

// While the quota is spent, one call in this time finds out whether it is free again before the day turns.
export const PROBE_MS = 30 * 60_000

/**
 * Whether one more call would pass the day's limit.
 *
 * @param now milliseconds since 1970
 */
export function isSpent(state: OperationState, now: number): boolean {
  const limit = dailyLimit(state.operation)
  return limit !== undefined && requestsToday(state, now) >= limit
}

/**
 * How long no refresh is to start because the quota is spent, whatever came of the probes since.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds, 0 where nothing stands against the next
 */
export function holdFor({ operation: { timeZone }, quotaSpentOn }: OperationState, now: number): number {
  if (quotaSpentOn !== dayAt(now, timeZone)) return 0
  return Math.min(PROBE_MS, untilNextDay(now, timeZone))
}
