import type { MeasuredCount, OtherRequests, RequestsOfDay } from '../model/storage-ports.ts'
import { dayAt, sinceDayStart } from './account-day.ts'

const MINUTE_MS = 60_000

// One mark per hour. An hourly measurement can come a few minutes early.
const MARK_INTERVAL_MS = 55 * MINUTE_MS

// The median of five hours ignores a burst, also one that falls into two of them, and follows a change within three hours.
const RATE_HOURS = 5

// The clocks of wolkvox and of this machine differ. Shortly after midnight, wolkvox may still report yesterday's calls.
const DAY_TURN_TOLERANCE_MS = 5 * MINUTE_MS

/** The requests of this exporter on a day, as counted when a call was sent. */
export interface OwnRequests extends RequestsOfDay {
  /** Requests before this moment are not in the count, in milliseconds since 1970. */
  readonly countedSince: number
}

/**
 * What other programs have used of an account's calls, from the calls of all programs.
 *
 * @param accountCalls calls of all programs on this day, as wolkvox reports them
 * @param before the last measurement
 * @param now milliseconds since 1970
 * @returns `before` if the day has turned during the call, or just before it
 */
export function measureOthers(
  accountCalls: number,
  own: OwnRequests,
  before: OtherRequests | undefined,
  timeZone: string,
  now: number,
): OtherRequests | undefined {
  if (dayAt(now - DAY_TURN_TOLERANCE_MS, timeZone) !== own.day) return before
  // Calls that did not reach wolkvox are only in our count.
  const count = Math.max(0, accountCalls - own.count)
  const marks = marksOfDay(own, before, timeZone, now) ?? [{ at: now, count }]
  const isDue = now - (marks.at(-1)?.at ?? now) >= MARK_INTERVAL_MS
  return { day: own.day, count, measuredAt: now, marks: isDue ? [...marks, { at: now, count }] : marks }
}

/**
 * The marks of this day before a measurement.
 *
 * @returns `undefined` if nothing is known of the day: an earlier process without storage may have made any of its calls, so they
 *   are no rate of other programs
 */
function marksOfDay(
  own: OwnRequests,
  before: OtherRequests | undefined,
  timeZone: string,
  now: number,
): readonly MeasuredCount[] | undefined {
  if (before?.day === own.day) return before.marks
  const dayStart = now - sinceDayStart(now, timeZone)
  return own.countedSince <= dayStart ? [{ at: dayStart, count: 0 }] : undefined
}

/**
 * How many calls other programs are expected to have made until a moment of the same day. They continue at the median rate of the
 * last hours, so that a single burst does not count. They are never expected to make more calls than they were measured to make.
 */
export function expectedOthers(others: OtherRequests, at: number): number {
  const { count, measuredAt, marks } = others
  const measured = Math.max(0, count - (marks[0]?.count ?? count))
  return Math.floor(count + Math.min(measured, medianRate(others) * Math.max(0, at - measuredAt)))
}

/** Calls per millisecond: the median of the last hours. */
function medianRate({ count, measuredAt, marks }: OtherRequests): number {
  // In the first hour there is only one mark.
  const points = marks.length > 1 ? marks.slice(-1 - RATE_HOURS) : [...marks, { at: measuredAt, count }]
  const rates = points.slice(1).map((point, index) => rateBetween(points[index] ?? point, point))
  // Of two in the middle the lower one: after two hours, one of them can be a burst.
  return rates.toSorted((one, other) => one - other)[Math.floor((rates.length - 1) / 2)] ?? 0
}

function rateBetween(from: MeasuredCount, to: MeasuredCount): number {
  // A clock that is set back gives no rate, and the count can decrease by our calls that did not reach wolkvox.
  return to.at > from.at ? Math.max(0, to.count - from.count) / (to.at - from.at) : 0
}
