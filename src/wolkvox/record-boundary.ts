import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  NotJson,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipSpaceBackwards,
  skipString,
  ValueTooLong,
} from './json-walker.ts'

/** Where one record ends and the next begins. */
export interface RecordBoundary {
  /** The place after the record before; only white space and a comma may follow it. */
  readonly end: number
  /** Where the next element begins: its key in an object, the record itself in a list. */
  readonly element: number
  /** Where the next record begins. */
  readonly record: number
}

// Field names of wolkvox have at most 25 characters.
const MAX_KEY_BYTES = 64

const ZERO = 0x30
const NINE = 0x39

/** @returns the first key of a record with its quotes, as every record of a report begins with it; if it has one */
export function firstKey(bytes: Uint8Array, record: number): Uint8Array | undefined {
  if (bytes[record] !== OPEN_OBJECT) return undefined
  const start = skipSpace(bytes, record + 1)
  if (bytes[start] !== QUOTE) return undefined
  try {
    return bytes.subarray(start, skipString(bytes, start, Math.min(bytes.length, start + MAX_KEY_BYTES)))
  } catch (error) {
    if (error instanceof NotJson || error instanceof ValueTooLong) return undefined
    throw error
  }
}

/**
 * Finds the next record behind a broken one, where brackets and quotes tell nothing any more: an object that begins with
 * the same key as the others do, behind a comma or another object. In JSON that is intact no text can look like that,
 * as its quotes are escaped.
 *
 * @param from where the broken record begins
 * @param to where to stop looking
 */
export function findRecord(
  bytes: Uint8Array,
  key: Uint8Array,
  from: number,
  to: number,
): RecordBoundary | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(to, bytes.length))
  for (let at = text.indexOf(key, from + 1); at !== -1; at = text.indexOf(key, at + key.length)) {
    const record = skipSpaceBackwards(bytes, at - 1)
    if (bytes[record] !== OPEN_OBJECT) continue
    const element = startOfElement(bytes, record)
    const before = skipSpaceBackwards(bytes, element - 1)
    if (before <= from) continue
    if (bytes[before] === COMMA) return { end: before, element, record }
    if (bytes[before] === CLOSE_OBJECT) return { end: before + 1, element, record }
  }
  return undefined
}

/** Where a whole number stands as a key before the record, that key; or else the record itself. */
function startOfElement(bytes: Uint8Array, record: number): number {
  const colon = skipSpaceBackwards(bytes, record - 1)
  if (bytes[colon] !== COLON) return record
  const close = skipSpaceBackwards(bytes, colon - 1)
  if (bytes[close] !== QUOTE) return record
  let place = close - 1
  while (isDigit(bytes[place])) place -= 1
  return bytes[place] === QUOTE && place < close - 1 ? place : record
}

/** Whether a key with its quotes is a whole number, as PHP writes a list with gaps. */
export function isWholeNumber(key: Uint8Array): boolean {
  return key.length > 2 && key.subarray(1, -1).every(isDigit)
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}
