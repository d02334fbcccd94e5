import { Temporal } from 'temporal-polyfill'

/**
 * The operation's day at a moment.
 *
 * @param now milliseconds since 1970
 * @param timeZone IANA name
 * @returns `YYYY-MM-DD`
 */
export function dayAt(now: number, timeZone: string): string {
  return dateAt(now, timeZone).toString()
}

/** Milliseconds until the operation's next day begins; a day may have 23 or 25 hours. */
export function untilNextDay(now: number, timeZone: string): number {
  const next = dateAt(now, timeZone).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
  // Where a clock goes back over midnight, the next day has begun once already.
  return Math.max(1000, next - now)
}

const DAY_MS = 86_400_000

/**
 * Whether the operation's day is over. Days only go forward: if the clock is set back over midnight, the later day goes on, so
 * that its quota is not counted anew. If the clock is set back by more than a day, it was wrong before, and its day is over.
 *
 * @param day `YYYY-MM-DD`
 * @param now milliseconds since 1970
 */
export function isDayOver(day: string, now: number, timeZone: string): boolean {
  return dayAt(now, timeZone) > day || dayAt(now + DAY_MS, timeZone) < day
}

function dateAt(now: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(timeZone).toPlainDate()
}
