import { parseDateTime } from './date-time.ts'

/** The most records in one response, by wolkvox's documentation. */
export const MAX_RECORDS = 60_000

/** A value that cannot be read. It is counted and never becomes a sample. */
export const UNREADABLE = Symbol('unreadable')

/** The result of reading one value: the value, `undefined` if there is none, or {@link UNREADABLE}. */
export type Reading<T> = T | undefined | typeof UNREADABLE

/** Additional input for reading a value. */
export interface ReadingContext {
  /** When the response began, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** IANA time zone of the operation. */
  readonly timeZone: string
}

/** Reads one value of a record, as parsed from JSON. */
export type Reader<T> = (value: unknown, context: ReadingContext) => Reading<T>

/**
 * Reads a text: a string or a JSON number, without outer white space. A number above 2^53 has lost its last digits, so it could
 * be the id of another agent.
 *
 * @returns `undefined` for no value: `""`, `"-"`, `null` and a missing key
 */
function readPlainText(value: unknown): Reading<string> {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return UNREADABLE
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return UNREADABLE
  const text = String(value).trim()
  return text === '' || text === '-' ? undefined : text
}

/**
 * Reads a text for display. A lone surrogate has no UTF-8 form and becomes U+FFFD here, so that different texts stay different
 * in the exposition.
 */
export function readText(value: unknown): Reading<string> {
  const text = readPlainText(value)
  return typeof text === 'string' ? text.toWellFormed() : text
}

const WHOLE = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)$/
const PERCENTAGE = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?\s*%?$/
const DECIMAL = /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?$/
const DECIMAL_SECONDS = /^\d+(?:\.\d+)?$/
const MINUTES_SECONDS = /^[0-5]?\d:[0-5]\d$/
const HOURS_MINUTES_SECONDS = /^\d+:[0-5]\d:[0-5]\d$/

// No daily total and no state lasts longer. A larger number is a date, such as 20261126080000 or seconds since 1970.
const MAX_DURATION_SECONDS = 31 * 86_400

// Clocks differ: a login time can be this far ahead of the local clock.
const MAX_LEAD_SECONDS = 5 * 60

type Parse = (text: string, context: ReadingContext) => number | undefined

/**
 * Creates a reader of numbers. It accepts JSON numbers unchanged, and texts that `parse` understands.
 *
 * @param max a larger number is unreadable. The default is 2^53 - 1, above which digits are lost
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
  // JSON's -0 passes the comparison; make it 0.
  return Math.abs(number)
}

// 76.38 / 100 is 0.7637999999999999 in binary. The numbers of wolkvox have at most 15 significant digits.
const roundTo15Digits = (number: number) => Number(number.toPrecision(15))

const withoutCommas = (text: string) => (text.includes(',') ? text.replaceAll(',', '') : text)

/** A whole number ≥ 0, thousands commas allowed. */
export const readCount: Reader<number> = (value, context) => {
  const count = readWhole(value, context)
  return typeof count !== 'number' || Number.isInteger(count) ? count : UNREADABLE
}

const readWhole = numberReader((text) => (WHOLE.test(text) ? Number(withoutCommas(text)) : undefined))

const COLON = 0x3a
const ZERO = 0x30

/** The number of two digits in a text; `NaN` for other characters and for a number above `max`. */
function twoDigits(text: string, at: number, max: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  const number = tens * 10 + ones
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && number <= max ? number : Number.NaN
}

function parseSeconds(text: string): number | undefined {
  // Most durations are HH:MM:SS, and the regular expressions take several times as long.
  if (text.length === 8 && text.charCodeAt(2) === COLON && text.charCodeAt(5) === COLON) {
    const seconds = twoDigits(text, 0, 99) * 3600 + twoDigits(text, 3, 59) * 60 + twoDigits(text, 6, 59)
    return Number.isNaN(seconds) ? undefined : seconds
  }
  if (!text.includes(':')) return DECIMAL_SECONDS.test(text) ? Number(text) : undefined
  const hasHours = HOURS_MINUTES_SECONDS.test(text)
  if (!hasHours && !MINUTES_SECONDS.test(text)) return undefined
  const seconds = Number(text.slice(-2))
  if (!hasHours) return Number(text.slice(0, -3)) * 60 + seconds
  return Number(text.slice(0, -6)) * 3600 + Number(text.slice(-5, -3)) * 60 + seconds
}

/** Seconds, from `HH:MM:SS` (hours may pass 24), `MM:SS`, or seconds (a fraction allowed); at most 31 days. */
export const readDuration = numberReader(parseSeconds, MAX_DURATION_SECONDS)

/**
 * Seconds, from a duration or from the login time as `YYYY-MM-DD HH:MM:SS` in the time zone of the operation: the
 * documentation of wolkvox says "date and time", but all known values are durations. A time slightly ahead of the local clock
 * counts as now.
 */
export const readLoginTime = numberReader((text, { fetchedAt, timeZone }) => {
  const loggedInAt = parseDateTime(text, timeZone)
  if (loggedInAt === undefined) return parseSeconds(text)
  const seconds = (fetchedAt - loggedInAt) / 1000
  return seconds < 0 && seconds >= -MAX_LEAD_SECONDS ? 0 : seconds
}, MAX_DURATION_SECONDS)

/** Seconds, from milliseconds with or without a fraction and the unit; at most 31 days. */
export const readMilliseconds: Reader<number> = (value, context) => {
  const milliseconds = readDecimal(value, context)
  if (typeof milliseconds !== 'number') return milliseconds
  const seconds = roundTo15Digits(milliseconds / 1000)
  return seconds > MAX_DURATION_SECONDS ? UNREADABLE : seconds
}

const MILLISECONDS = /^(\d+(?:\.\d+)?)\s*(?:ms)?$/i

const readDecimal = numberReader((text) => {
  const [, digits] = MILLISECONDS.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
})

/** A rate a second, from a number a minute; a fraction and thousands commas allowed. */
export const readPerMinute: Reader<number> = (value, context) => {
  const perMinute = readPlainDecimal(value, context)
  return typeof perMinute === 'number' ? roundTo15Digits(perMinute / 60) : perMinute
}

const readPlainDecimal = numberReader((text) =>
  DECIMAL.test(text) ? Number(withoutCommas(text)) : undefined,
)

// Databases write 1970-01-01 or 0001-01-01 for no date.
const EARLIEST_TIMESTAMP = Date.UTC(2000, 0, 1)

/**
 * Seconds since 1970, from a local date and time, `YYYY-MM-DD HH:MM:SS`, in the time zone of the operation. A time that is more
 * than 5 minutes ahead of the local clock, or before 2000, is unreadable.
 */
export const readTimestamp: Reader<number> = (value, { fetchedAt, timeZone }) => {
  const text = readPlainText(value)
  if (typeof text !== 'string') return text
  const at = parseDateTime(text, timeZone)
  if (at === undefined || at < EARLIEST_TIMESTAMP || at > fetchedAt + MAX_LEAD_SECONDS * 1000)
    return UNREADABLE
  return at / 1000
}

/** Whether a value is a date and time too far ahead of the local clock: a time zone or a clock is wrong. */
export function isFutureDate(value: unknown, { fetchedAt, timeZone }: ReadingContext): boolean {
  if (typeof value !== 'string') return false
  const at = parseDateTime(value.trim(), timeZone)
  return at !== undefined && at > fetchedAt + MAX_LEAD_SECONDS * 1000
}

/**
 * The elements of a list, or of an object whose keys are whole numbers, which PHP creates from a list with gaps. Elements without
 * a value, such as `null`, are left out.
 */
export function readList(value: unknown): Reading<readonly unknown[]> {
  if (typeof value !== 'object' || value === null) {
    return readPlainText(value) === undefined ? undefined : UNREADABLE
  }
  if (!Array.isArray(value) && !Object.keys(value).every((key) => /^\d+$/.test(key))) return UNREADABLE
  return Object.values(value).filter((element) => readPlainText(element) !== undefined)
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The number of elements of a list. */
export const readListLength: Reader<number> = (value) => {
  const list = readList(value)
  return typeof list === 'symbol' || list === undefined ? list : list.length
}

/** A ratio, from a percentage with or without its sign, thousands commas allowed; may pass 1. */
export const readPercentage: Reader<number> = (value, context) => {
  const percentage = readPercents(value, context)
  return typeof percentage === 'number' ? roundTo15Digits(percentage / 100) : percentage
}

const readPercents = numberReader((text) =>
  PERCENTAGE.test(text) ? Number(withoutCommas(text.replace('%', ''))) : undefined,
)
