import { type Reading, UNREADABLE } from './reading.ts'

/**
 * Reads a text: a string or a JSON number, without outer white space. Of a number beyond 2^53 the last digits are lost:
 * as an id it would be somebody else's.
 *
 * @returns `undefined` for wolkvox's ways to say that there is no value: `""`, `"-"`, `null` and a missing key
 */
export function readPlainText(value: unknown): Reading<string> {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return UNREADABLE
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return UNREADABLE
  const text = String(value).trim()
  return text === '' || text === '-' ? undefined : text
}

/**
 * Reads a text that is to be shown. Half a surrogate pair, which has no form in UTF-8, becomes U+FFFD here, so that two
 * texts that differ here differ on the wire as well.
 */
export function readText(value: unknown): Reading<string> {
  const text = readPlainText(value)
  return typeof text === 'string' ? text.toWellFormed() : text
}
