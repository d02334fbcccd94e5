import { createRequire } from 'node:module'

/**
 * Loaded with the first date: it takes 3 MB in each thread, and agents have none unless `login_time` is one. Reading cannot wait
 * for an import.
 */
const loadTemporal: () => typeof import('temporal-polyfill') = () => require('temporal-polyfill')
const require = createRequire(import.meta.url)

const DATE_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:[0-5]\d$/
const MINUTE_LENGTH = 'YYYY-MM-DD HH:MM'.length

// Temporal takes about 20 µs for each. Reports of 60,000 agents and conversations repeat the same minutes.
const MAX_MINUTES = 5000
const minutes = new Map<string, number | undefined>()

/**
 * Reads a local date and time, `YYYY-MM-DD HH:MM:SS`.
 *
 * @param timeZone IANA name. A time that occurs twice counts as the first, a skipped one as the time after the gap
 *   (Temporal's `compatible`).
 * @returns milliseconds since 1970, or `undefined` if the text is not such a date and time
 */
export function parseDateTime(text: string, timeZone: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined
  const minute = parseMinute(text.slice(0, MINUTE_LENGTH), timeZone)
  // Clocks change at whole minutes.
  return minute === undefined ? undefined : minute + Number(text.slice(-2)) * 1000
}

function parseMinute(text: string, timeZone: string): number | undefined {
  const key = `${text} ${timeZone}`
  if (minutes.has(key)) return minutes.get(key)
  if (minutes.size === MAX_MINUTES) minutes.clear()
  const parsed = parse(text, timeZone)
  minutes.set(key, parsed)
  return parsed
}

function parse(text: string, timeZone: string): number | undefined {
  try {
    const { Temporal } = loadTemporal()
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
