import { Temporal } from 'temporal-polyfill'
import { DAY_MS } from '../units.ts'

/**
 * The day of a time zone at a moment.
 *
 * @param now milliseconds since 1970
 * @param timeZone IANA name
 * @returns `YYYY-MM-DD`
 */
export function dayAt(now: number, timeZone: string): string {
  return dateAt(now, timeZone).toString()
}

/** Milliseconds since the day of a time zone began. */
export function sinceDayStart(now: number, timeZone: string): number {
  return now - dateAt(now, timeZone).toZonedDateTime(timeZone).epochMilliseconds
}

/** Milliseconds until the next day of a time zone begins; a day may have 23 or 25 hours. */
export function untilNextDay(now: number, timeZone: string): number {
  const next = dateAt(now, timeZone).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
  // If a clock goes back over midnight, the next day has already begun once.
  return Math.max(1000, next - now)
}

/**
 * Whether what was noted for a day no longer counts. Days only go forward: a clock that is set back over midnight must not free
 * the quota of a day that will begin again. A clock that is set back by more was wrong before.
 */
export function isAnotherDay(day: string, timeZone: string, now: number): boolean {
  return dayAt(now, timeZone) > day || dayAt(now + DAY_MS, timeZone) < day
}

function dateAt(now: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(timeZone).toPlainDate()
}
