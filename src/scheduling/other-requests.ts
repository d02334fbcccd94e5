import type { OtherRequests, RequestsOfDay } from '../model/storage-ports.ts'
import { dayAt, sinceDayStart } from './account-day.ts'

const HOUR_MS = 3_600_000

// A shorter time must not turn a few calls into a high rate.
const MIN_RATE_MS = HOUR_MS

// The clocks of wolkvox and of this machine differ. Shortly after midnight, wolkvox may still report yesterday's calls.
const DAY_TURN_TOLERANCE_MS = 5 * 60_000

/**
 * What other programs have used of an account's calls, from the calls of all programs.
 *
 * @param accountCalls calls of all programs on this day, as wolkvox reports them
 * @param own requests of this exporter, as counted when the call was sent
 * @param before the last measurement
 * @param now milliseconds since 1970
 * @returns `before` if the day has turned during the call, or just before it
 */
export function measureOthers(
  accountCalls: number,
  own: RequestsOfDay,
  before: OtherRequests | undefined,
  timeZone: string,
  now: number,
): OtherRequests | undefined {
  if (dayAt(now - DAY_TURN_TOLERANCE_MS, timeZone) !== own.day) return before
  // Calls that did not reach wolkvox are only in our count.
  const count = Math.max(0, accountCalls - own.count)
  const ofDay = count / Math.max(MIN_RATE_MS, sinceDayStart(now, timeZone))
  const recent =
    before?.day === own.day ? (count - before.count) / Math.max(MIN_RATE_MS, now - before.measuredAt) : 0
  // The higher rate: programs that have only started would otherwise be expected to stop again.
  return { day: own.day, count, measuredAt: now, perHour: Math.max(ofDay, recent) * HOUR_MS }
}

/** How many calls other programs are expected to have made until a moment of the same day. */
export function expectedOthers({ count, measuredAt, perHour }: OtherRequests, at: number): number {
  return Math.floor(count + (perHour * Math.max(0, at - measuredAt)) / HOUR_MS)
}
