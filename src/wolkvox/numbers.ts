import { parseDateTime } from './date-time.ts'
import { type Reader, type Reading, type ReadingContext, UNREADABLE } from './reading.ts'
import { readPlainText } from './text.ts'

const WHOLE = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)$/
const PERCENTAGE = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?\s*%?$/
const SECONDS = /^\d+(?:\.\d+)?$/
const MINUTES_SECONDS = /^[0-5]?\d:[0-5]\d$/
const HOURS_MINUTES_SECONDS = /^\d+:[0-5]\d:[0-5]\d$/

// No total of a day and no state lasts longer. What is above is no duration but a moment: 20261126080000, or seconds
// since 1970.
const MAX_DURATION_SECONDS = 31 * 86_400

// Clocks differ: an agent may have logged in this far ahead of ours.
const MAX_LEAD_SECONDS = 5 * 60

type Parse = (text: string, context: ReadingContext) => number | undefined

/**
 * A reader of numbers: takes JSON numbers as they are, and texts as `parse` understands them.
 *
 * @param max above it a number is unreadable. The default is 2^53: a larger number has lost its last digits
 */
function numberReader(parse: Parse, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, context) => {
    const text = readPlainText(value)
    if (typeof text !== 'string') return text
    return plausible(typeof value === 'number' ? value : parse(text, context), max)
  }
}

function plausible(number: number | undefined, max: number): Reading<number> {
  if (number === undefined || !(number >= 0) || number > max) return UNREADABLE
  // Of JSON's -0, which is no less than 0, a plain 0.
  return Math.abs(number)
}

const withoutCommas = (text: string) => (text.includes(',') ? text.replaceAll(',', '') : text)

/** A whole number ≥ 0, thousands commas allowed. */
export const readCount: Reader<number> = (value, context) => {
  const count = readWhole(value, context)
  return typeof count !== 'number' || Number.isInteger(count) ? count : UNREADABLE
}

const readWhole = numberReader((text) => (WHOLE.test(text) ? Number(withoutCommas(text)) : undefined))

function parseDuration(text: string): number | undefined {
  if (!text.includes(':')) return SECONDS.test(text) ? Number(text) : undefined
  const hasHours = HOURS_MINUTES_SECONDS.test(text)
  if (!hasHours && !MINUTES_SECONDS.test(text)) return undefined
  const seconds = Number(text.slice(-2))
  if (!hasHours) return Number(text.slice(0, -3)) * 60 + seconds
  return Number(text.slice(0, -6)) * 3600 + Number(text.slice(-5, -3)) * 60 + seconds
}

/** Seconds, from `HH:MM:SS` (hours may pass 24), `MM:SS`, or seconds (a fraction allowed); at most 31 days. */
export const readDuration = numberReader(parseDuration, MAX_DURATION_SECONDS)

/**
 * Seconds, from a duration or from the moment of the log-in as `YYYY-MM-DD HH:MM:SS` in the operation's time zone:
 * wolkvox's page speaks of "date and time", but every filled-in value seen is a duration. A moment slightly ahead of
 * our clock counts as now.
 */
export const readLoginTime = numberReader((text, { fetchedAt, timeZone }) => {
  const loggedInAt = parseDateTime(text, timeZone)
  if (loggedInAt === undefined) return parseDuration(text)
  const seconds = (fetchedAt - loggedInAt) / 1000
  return seconds < 0 && seconds >= -MAX_LEAD_SECONDS ? 0 : seconds
}, MAX_DURATION_SECONDS)

/** A ratio, from a percentage with or without its sign, thousands commas allowed; may pass 1. */
export const readPercentage: Reader<number> = (value, context) => {
  const percentage = readPercents(value, context)
  // 76.38 / 100 is 0.7637999999999999 in binary; 15 digits are all that a percentage can have carried.
  return typeof percentage === 'number' ? Number((percentage / 100).toPrecision(15)) : percentage
}

const readPercents = numberReader((text) =>
  PERCENTAGE.test(text) ? Number(withoutCommas(text.replace('%', ''))) : undefined,
)
