import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipSpaceBackwards,
  skipString,
  ValueTooLongError,
} from './json-scanner.ts'

/** Where one record ends and the next begins. */
export interface RecordBoundary {
  /** The place after the previous record, before white space and a comma. Without a comma, a key belongs to the previous record. */
  readonly end: number
  /** Where the next element begins: at its key in an object, at the record in a list. */
  readonly element: number
  /** Where the next record begins. */
  readonly record: number
}

// Field names of wolkvox have at most 25 characters.
const MAX_KEY_BYTES = 64

const DIGIT_ZERO = 0x30
const DIGIT_NINE = 0x39

/** @returns the first key of a record with its quotes, if it has one. All records of a report begin with the same key */
export function firstKey(bytes: Uint8Array, record: number): Uint8Array | undefined {
  if (bytes[record] !== OPEN_OBJECT) return undefined
  return keyAt(bytes, skipSpace(bytes, record + 1))
}

/** Whether the value of a member can end at this place: the object ends there, or another member follows. */
export function isEndOfMember(bytes: Uint8Array, end: number): boolean {
  const after = skipSpace(bytes, end)
  if (bytes[after] === CLOSE_OBJECT) return true
  return bytes[after] === COMMA && keyAt(bytes, skipSpace(bytes, after + 1)) !== undefined
}

function keyAt(bytes: Uint8Array, start: number): Uint8Array | undefined {
  if (bytes[start] !== QUOTE) return undefined
  try {
    const end = skipString(bytes, start, Math.min(bytes.length, start + MAX_KEY_BYTES))
    return bytes[skipSpace(bytes, end)] === COLON ? bytes.subarray(start, end) : undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof ValueTooLongError) return undefined
    throw error
  }
}

/**
 * The first key of the next object that can be a record: after a comma or another object, and not in a nested list. It
 * replaces the key of a record whose own key is broken.
 *
 * @param from where the broken record begins
 * @param to where to stop searching
 */
export function nextKey(bytes: Uint8Array, from: number, to: number): Uint8Array | undefined {
  const isInList = createListTracker(bytes, from)
  const end = Math.min(to, bytes.length)
  for (let at = bytes.indexOf(OPEN_OBJECT, from + 1); at !== -1 && at < end; ) {
    const key = firstKey(bytes, at)
    if (key !== undefined && boundaryBefore(bytes, from, at, isInList) !== undefined) return key
    at = bytes.indexOf(OPEN_OBJECT, at + 1)
  }
  return undefined
}

/**
 * Finds the next record after a broken one, whose brackets and quotes cannot be trusted: an object that begins with the
 * same key as the others, after a comma or another object. A string of valid JSON cannot look like that, because its quotes are
 * escaped. An object in a nested list can look like that, but is not a record.
 *
 * @param from where the broken record begins
 * @param to where to stop searching
 */
export function findRecord(
  bytes: Uint8Array,
  key: Uint8Array,
  from: number,
  to: number,
): RecordBoundary | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(to, bytes.length))
  const isInList = createListTracker(bytes, from)
  for (let at = text.indexOf(key, from + 1); at !== -1; at = text.indexOf(key, at + key.length)) {
    const record = skipSpaceBackwards(bytes, at - 1)
    if (bytes[record] !== OPEN_OBJECT) continue
    const boundary = boundaryBefore(bytes, from, record, isInList)
    if (boundary !== undefined) return boundary
  }
  return undefined
}

/** @returns `undefined` if no record can begin at this brace */
function boundaryBefore(
  bytes: Uint8Array,
  from: number,
  record: number,
  isInList: (to: number) => boolean,
): RecordBoundary | undefined {
  const element = startOfElement(bytes, record)
  const before = skipSpaceBackwards(bytes, element - 1)
  if (before <= from || isInList(element)) return undefined
  if (bytes[before] === COMMA) return { end: before, element, record }
  // With the key, the previous record is not JSON. Without it, a list that lacks a comma would count as complete.
  if (bytes[before] === CLOSE_OBJECT)
    return { end: element === record ? before + 1 : record, element, record }
  return undefined
}

/**
 * Creates a check whether a place is directly in a list that began after `from`, and not in a string. Call it with ascending
 * places. It returns false in a string, because an unbalanced quote swaps strings and structure.
 */
function createListTracker(bytes: Uint8Array, from: number): (to: number) => boolean {
  const open: number[] = []
  let place = from
  let isInString = false
  return (to) => {
    for (; place < to; place += 1) {
      const byte = bytes[place]
      if (isInString) {
        if (byte === BACKSLASH) place += 1
        else if (byte === QUOTE) isInString = false
      } else if (byte === QUOTE) isInString = true
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) open.push(byte)
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) open.pop()
    }
    return !isInString && open.at(-1) === OPEN_LIST
  }
}

/** The place of the key before the record if it is a whole number; otherwise the record itself. */
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
  return byte !== undefined && byte >= DIGIT_ZERO && byte <= DIGIT_NINE
}
