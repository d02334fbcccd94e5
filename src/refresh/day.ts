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

function dateAt(now: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(timeZone).toPlainDate()
}
