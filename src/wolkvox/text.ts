import { type Reading, UNREADABLE } from './reading.ts'

// wolkvox's ways to say that there is no value.
const NO_VALUE = new Set(['', '-'])

/**
 * Reads a text: a string or a JSON number, without outer white space. Half a surrogate pair, which has no form in
 * UTF-8, becomes U+FFFD here, so that two texts that differ here differ on the wire as well. Of a number beyond 2^53 the
 * last digits are lost: as an id it would be somebody else's.
 *
 * @returns `undefined` for `""`, `"-"`, `null` and a missing key
 */
export function readText(value: unknown): Reading<string> {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return UNREADABLE
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return UNREADABLE
  const text = String(value).trim()
  return NO_VALUE.has(text) ? undefined : text.toWellFormed()
}
