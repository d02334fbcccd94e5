import { dailyLimit } from '../config/quota.ts'
import { isDayOver, untilNextDay } from './day.ts'
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
 * How long the next refresh has to wait because the quota is spent, even if the last probe failed for another reason.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds, 0 if the quota is not spent
 */
export function holdFor({ operation: { timeZone }, quotaSpentOn }: OperationState, now: number): number {
  if (quotaSpentOn === undefined || isDayOver(quotaSpentOn, now, timeZone)) return 0
  return Math.min(PROBE_MS, untilNextDay(now, timeZone))
}
