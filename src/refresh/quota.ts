import { untilNextDay } from './day.ts'
import { type OperationState, requestsToday } from './state.ts'

/** Calls that wolkvox allows in a day for each licence. */
export const CALLS_A_LICENSE = 1000

// While the quota is spent, one call in this time finds out whether it is free again before the day turns.
export const PROBE_MS = 30 * 60_000

/** The calls of a day, or `undefined` where the licences are not known. */
export function dailyLimit({ licenses }: { readonly licenses: number | undefined }): number | undefined {
  return licenses === undefined ? undefined : licenses * CALLS_A_LICENSE
}

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
 * How long no refresh is to start because the quota is spent.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds, 0 where nothing stands against the next
 */
export function holdFor({ operation, lastRefresh }: OperationState, now: number): number {
  if (lastRefresh?.failure?.reason !== 'quota_exceeded') return 0
  return Math.min(PROBE_MS, untilNextDay(now, operation.timeZone))
}
