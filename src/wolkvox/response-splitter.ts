import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
  TrailingTextError,
  UnexpectedEndError,
  ValueTooLongError,
} from './json-scanner.ts'
import { createListRepair } from './list-repair.ts'
import { isWholeNumber } from './record-boundary.ts'

/** A response split into envelope and records, with the original bytes. */
export interface ResponseParts {
  /** The response with an empty list in place of its records. */
  readonly envelope: Uint8Array
  /** Begin and end of each record, alternating; empty if there is no list of records. */
  readonly spans: readonly number[]
}

/** The response has more records than wolkvox allows. */
export class TooManyRecordsError extends Error {
  override readonly name = 'TooManyRecordsError'

  constructor(maxRecords: number) {
    super(`more than ${maxRecords} records`)
  }
}

// A record takes about 330 bytes, the envelope about 70.
const MAX_RECORD_BYTES = 64 * 1024
const MAX_ENVELOPE_BYTES = 64 * 1024

const ENVELOPE_TOO_LARGE = 'the envelope is too large'

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const DATA = Buffer.from('"data"')
const CODE = Buffer.from('"code"')
const DATA_MEMBER = Buffer.from('"data":[]')
const [OPEN, CLOSE, SEPARATOR] = [Buffer.from('{'), Buffer.from('}'), Buffer.from(',')]
const EMPTY_LIST = Buffer.from('[]')

/**
 * Splits a response in one pass over its bytes. It stops as soon as there are too many records or a part is too large, so the
 * input of the parser is bounded in size, depth and number. `JSON.parse` of a whole hostile response can take minutes or
 * gigabytes, or crash the process.
 *
 * A record so broken that its end cannot be found ends where the next one begins. Its span is not valid JSON.
 *
 * @param maxRecords maximum number of records
 * @throws JsonSyntaxError, ValueTooLongError, TooManyRecordsError
 */
export function splitResponse(bytes: Uint8Array, maxRecords: number): ResponseParts {
  const start = skipMarks(bytes)
  const list = readList(bytes, start, maxRecords, true)
  if (list !== undefined) {
    expectEnd(bytes, list.end)
    return { envelope: EMPTY_LIST, spans: list.spans }
  }
  if (bytes[start] === OPEN_OBJECT) {
    return readMerged(bytes, start, maxRecords) ?? readObject(bytes, start, maxRecords)
  }
  // HTML can have any length. JSON that is neither a list nor an object is not a report.
  if (bytes.length - start > MAX_ENVELOPE_BYTES)
    throw new JsonSyntaxError('it is neither a list nor an object')
  return { envelope: bytes.subarray(start), spans: [] }
}

function expectEnd(bytes: Uint8Array, end: number): void {
  const place = skipSpace(bytes, end)
  if (place < bytes.length) throw new TrailingTextError(place)
}

/** Skips byte order marks and white space: PHP sends one mark for each source file that has one. */
function skipMarks(bytes: Uint8Array): number {
  let place = skipSpace(bytes, 0)
  while (BYTE_ORDER_MARK.every((byte, index) => bytes[place + index] === byte)) {
    place = skipSpace(bytes, place + BYTE_ORDER_MARK.length)
  }
  return place
}

/**
 * Splits an envelope that has the records as members, such as `{"0":{…},"2":{…},"code":200}`: PHP creates this if a script
 * merges a list with gaps and the code. Broken records in it are not repaired.
 *
 * @returns `undefined` if the object is anything else
 */
function readMerged(bytes: Uint8Array, start: number, maxRecords: number): ResponseParts | undefined {
  const spans: number[] = []
  const members: Uint8Array[] = [DATA_MEMBER]
  let bytesOfMembers = 0
  let hasCode = false
  let place = start
  do {
    const at = skipSpace(bytes, place + 1)
    if (bytes[at] !== QUOTE) return undefined
    const { key, value } = readKey(bytes, at)
    if (Buffer.compare(key, DATA) === 0) return undefined
    const end = skipValue(bytes, value, MAX_RECORD_BYTES)
    if (bytes[value] === OPEN_OBJECT && isWholeNumber(key)) {
      if (spans.length === maxRecords * 2) throw new TooManyRecordsError(maxRecords)
      spans.push(value, end)
    } else {
      bytesOfMembers += end - at
      if (bytesOfMembers > MAX_ENVELOPE_BYTES) throw new ValueTooLongError(ENVELOPE_TOO_LARGE)
      hasCode ||= Buffer.compare(key, CODE) === 0
      members.push(SEPARATOR, bytes.subarray(at, end))
    }
    place = skipSpace(bytes, end)
  } while (bytes[place] === COMMA)
  if (bytes[place] !== CLOSE_OBJECT || spans.length === 0 || !hasCode) return undefined
  expectEnd(bytes, place + 1)
  return { envelope: Buffer.concat([OPEN, ...members, CLOSE]), spans }
}

/** Splits the outermost object. Of two members `data` the last counts, as in `JSON.parse`. */
function readObject(bytes: Uint8Array, start: number, maxRecords: number): ResponseParts {
  const envelope: Uint8Array[] = []
  let spans: readonly number[] = []
  let kept = start
  let bytesOfLists = 0
  let place = skipSpace(bytes, start + 1)
  while (bytes[place] === QUOTE) {
    const { key, value } = readKey(bytes, place)
    const isData = Buffer.compare(key, DATA) === 0
    const list = isData ? readList(bytes, value, maxRecords, false) : undefined
    if (list === undefined) {
      place = skipValue(bytes, value, MAX_ENVELOPE_BYTES)
    } else {
      envelope.push(bytes.subarray(kept, value), EMPTY_LIST)
      spans = list.spans
      place = list.end
      kept = place
      bytesOfLists += list.end - value
    }
    if (place - start - bytesOfLists > MAX_ENVELOPE_BYTES) throw new ValueTooLongError(ENVELOPE_TOO_LARGE)
    place = skipSpace(bytes, place)
    if (bytes[place] !== COMMA) break
    place = skipSpace(bytes, place + 1)
  }
  if (place >= bytes.length) throw new UnexpectedEndError('it is truncated')
  if (bytes[place] !== CLOSE_OBJECT) throw new JsonSyntaxError('a comma is missing')
  expectEnd(bytes, place + 1)
  const all = [...envelope, bytes.subarray(kept)]
  if (all.reduce((sum, part) => sum + part.length, 0) > MAX_ENVELOPE_BYTES) {
    throw new ValueTooLongError(ENVELOPE_TOO_LARGE)
  }
  return { envelope: Buffer.concat(all), spans }
}

/** The key of a member with its quotes, and the place of its value. */
function readKey(bytes: Uint8Array, at: number): { key: Uint8Array; value: number } {
  const end = skipString(bytes, at, Math.min(bytes.length, at + MAX_ENVELOPE_BYTES))
  const colon = skipSpace(bytes, end)
  if (bytes[colon] !== COLON) throw new JsonSyntaxError('a colon is missing')
  return { key: bytes.subarray(at, end), value: skipSpace(bytes, colon + 1) }
}

interface List {
  readonly spans: readonly number[]
  /** The place after its closing bracket. */
  readonly end: number
}

/**
 * Splits a list of records: a JSON list, or an object whose keys are all whole numbers, which PHP creates from a list
 * with gaps. The same bounds apply to both.
 *
 * @param isOutermost whether the list is the whole response
 * @returns `undefined` if it is neither
 */
function readList(
  bytes: Uint8Array,
  start: number,
  maxRecords: number,
  isOutermost: boolean,
): List | undefined {
  const isKeyed = bytes[start] === OPEN_OBJECT
  if (!isKeyed && bytes[start] !== OPEN_LIST) return undefined
  const close = isKeyed ? CLOSE_OBJECT : CLOSE_LIST
  const spans: number[] = []
  const repair = createListRepair(bytes, spans, { isKeyed, isOutermost, maxRecordBytes: MAX_RECORD_BYTES })
  let place = skipSpace(bytes, start + 1)
  if (bytes[place] === close) return isKeyed ? undefined : { spans, end: place + 1 }
  for (;;) {
    const record = isKeyed ? skipNumber(bytes, place) : place
    if (record === undefined) return undefined
    if (spans.length === maxRecords * 2) throw new TooManyRecordsError(maxRecords)
    try {
      const end = skipRecord(bytes, record, close)
      spans.push(record, end)
      place = skipSpace(bytes, end)
    } catch (error) {
      place = repair.endBroken(record, error)
      if (bytes[place] !== close) continue
    }
    if (bytes[place] === close) {
      const next = repair.skipStray(place)
      if (next === undefined) return { spans, end: place + 1 }
      place = next
    } else {
      place = skipSpace(bytes, place + 1)
    }
    if (bytes[place] === close) {
      // A comma before the bracket: an empty place.
      spans.push(place, place)
      return { spans, end: place + 1 }
    }
  }
}

/** @returns the place after a key that is a whole number, or `undefined` if there is another key or none */
function skipNumber(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== QUOTE) return undefined
  const { key, value } = readKey(bytes, at)
  return isWholeNumber(key) ? value : undefined
}

/** @returns the place after everything up to the next comma or the closing bracket */
function skipRecord(bytes: Uint8Array, at: number, close: number): number {
  let end = at
  let next = at
  while (bytes[next] !== COMMA && bytes[next] !== close) {
    if (next >= bytes.length) throw new UnexpectedEndError('it is truncated')
    end = skipValue(bytes, next, at + MAX_RECORD_BYTES - next)
    next = skipSpace(bytes, end)
  }
  return end
}
