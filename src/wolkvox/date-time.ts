import { Temporal } from 'temporal-polyfill'

const DATE_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/**
 * Reads a local date and time, `YYYY-MM-DD HH:MM:SS`.
 *
 * @param timeZone IANA name. A time that the clock passes twice in one night is taken as the first, one that it skips
 *   as the moment after the gap (Temporal's `compatible`).
 * @returns milliseconds since 1970, or `undefined` when the text is no such date and time
 */
export function parseDateTime(text: string, timeZone: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
