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
  /** The records of each nested list, in the order of the response. */
  readonly nested: readonly NestedRecords[]
}

/** The records of a list within the data. */
export interface NestedRecords {
  /** The name of the list, as the shape has it. */
  readonly list: string
  /** Begin and end of each record, alternating. */
  readonly spans: readonly number[]
}

/** What is known of a report's records before its response is read. */
export interface RecordShape {
  /** The names of the lists with the records, if they are nested in the data. They are compared without case. */
  readonly nestedLists?: readonly string[] | undefined
  /** The largest record. Default: 64 KiB. */
  readonly maxRecordBytes?: number | undefined
}

/** The response has more records than wolkvox allows. */
export class TooManyRecordsError extends Error {
  override readonly name = 'TooManyRecordsError'

  constructor(maxRecords: number) {
    super(`more than ${maxRecords} records`)
  }
}

// A record without lists takes about 330 bytes, the envelope about 70.
const MAX_RECORD_BYTES = 64 * 1024
const MAX_ENVELOPE_BYTES = 64 * 1024

const ENVELOPE_TOO_LARGE = 'the envelope is too large'

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const DATA = Buffer.from('"data"')
const CODE = Buffer.from('"code"')
const DATA_MEMBER = Buffer.from('"data":[]')
const [OPEN, CLOSE, SEPARATOR] = [Buffer.from('{'), Buffer.from('}'), Buffer.from(',')]
const EMPTY_LIST = Buffer.from('[]')
const DATA_ENVELOPE = Buffer.from('{"data":[]}')

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
export function splitResponse(
  bytes: Uint8Array,
  maxRecords: number,
  { nestedLists, maxRecordBytes = MAX_RECORD_BYTES }: RecordShape = {},
): ResponseParts {
  const start = skipMarks(bytes)
  const bounds = { maxRecords, maxRecordBytes }
  const nested = nestedLists && readNested(bytes, start, nestedLists, bounds)
  if (nested !== undefined) {
    expectEnd(bytes, nested.end)
    return { envelope: nested.isList ? EMPTY_LIST : DATA_ENVELOPE, spans: [], nested: nested.lists }
  }
  const list = readList(bytes, start, bounds, true)
  if (list !== undefined) {
    expectEnd(bytes, list.end)
    return { envelope: EMPTY_LIST, spans: list.spans, nested: [] }
  }
  if (bytes[start] === OPEN_OBJECT) {
    return readMerged(bytes, start, bounds) ?? readObject(bytes, start, bounds, nestedLists)
  }
  // HTML can have any length. JSON that is neither a list nor an object is not a report.
  if (bytes.length - start > MAX_ENVELOPE_BYTES)
    throw new JsonSyntaxError('it is neither a list nor an object')
  return { envelope: bytes.subarray(start), spans: [], nested: [] }
}

/** Limits of the records of a response. */
interface Bounds {
  readonly maxRecords: number
  readonly maxRecordBytes: number
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
function readMerged(
  bytes: Uint8Array,
  start: number,
  { maxRecords, maxRecordBytes }: Bounds,
): ResponseParts | undefined {
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
    const end = skipValue(bytes, value, maxRecordBytes)
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
  return { envelope: Buffer.concat([OPEN, ...members, CLOSE]), spans, nested: [] }
}

/** Splits the outermost object. Of two members `data` the last counts, as in `JSON.parse`. */
function readObject(
  bytes: Uint8Array,
  start: number,
  bounds: Bounds,
  nestedLists: readonly string[] | undefined,
): ResponseParts {
  const envelope: Uint8Array[] = []
  let spans: readonly number[] = []
  let nested: readonly NestedRecords[] = []
  let kept = start
  let bytesOfLists = 0
  let place = skipSpace(bytes, start + 1)
  while (bytes[place] === QUOTE) {
    const { key, value } = readKey(bytes, place)
    const isData = Buffer.compare(key, DATA) === 0
    const lists = isData && nestedLists ? readNested(bytes, value, nestedLists, bounds) : undefined
    const list = lists ?? (isData ? readList(bytes, value, bounds, false) : undefined)
    if (list === undefined) {
      place = skipValue(bytes, value, MAX_ENVELOPE_BYTES)
    } else {
      envelope.push(bytes.subarray(kept, value), EMPTY_LIST)
      spans = list.spans
      nested = lists?.lists ?? []
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
  return { envelope: Buffer.concat(all), spans, nested }
}

/** The key of a member with its quotes, and the place of its value. */
function readKey(bytes: Uint8Array, at: number): { key: Uint8Array; value: number } {
  const end = skipString(bytes, at, Math.min(bytes.length, at + MAX_ENVELOPE_BYTES))
  const colon = skipSpace(bytes, end)
  if (bytes[colon] !== COLON) throw new JsonSyntaxError('a colon is missing')
  return { key: bytes.subarray(at, end), value: skipSpace(bytes, colon + 1) }
}

interface NestedLists extends List {
  readonly lists: readonly NestedRecords[]
  /** Whether the lists are in objects in a list. */
  readonly isList: boolean
}

/**
 * Splits data whose records are in lists within one object, or within the objects of a list: `[{"by_agent":[…],"by_pbx":[…]}]`.
 * Broken records in them are repaired like others.
 *
 * @param names of the lists to read; everything else is skipped unread
 * @returns `undefined` if there is no such list
 */
function readNested(
  bytes: Uint8Array,
  start: number,
  names: readonly string[],
  { maxRecords, maxRecordBytes }: Bounds,
): NestedLists | undefined {
  const lists: NestedRecords[] = []
  const isList = bytes[start] === OPEN_LIST
  let spare = maxRecords
  let place = isList ? skipSpace(bytes, start + 1) : start

  /** @returns the place after the object, or `undefined` if it is none */
  function readContainer(at: number): number | undefined {
    if (bytes[at] !== OPEN_OBJECT) return undefined
    let next = skipSpace(bytes, at + 1)
    while (bytes[next] === QUOTE) {
      const { key, value } = readKey(bytes, next)
      const name = Buffer.from(key.subarray(1, -1)).toString('latin1').trim().toLowerCase()
      const list = names.includes(name)
        ? readList(bytes, value, { maxRecords: spare, maxRecordBytes }, false)
        : undefined
      if (list !== undefined) {
        spare -= list.spans.length / 2
        lists.push({ list: name, spans: list.spans })
      }
      next = skipSpace(bytes, list?.end ?? skipValue(bytes, value, bytes.length))
      if (bytes[next] !== COMMA) break
      next = skipSpace(bytes, next + 1)
    }
    if (next >= bytes.length) throw new UnexpectedEndError('it is truncated')
    return bytes[next] === CLOSE_OBJECT ? next + 1 : undefined
  }

  for (;;) {
    const end = readContainer(place)
    // What follows is not such an object: the data has another form.
    if (end === undefined || lists.length === 0) return undefined
    place = skipSpace(bytes, end)
    if (!isList) return { spans: [], lists, isList, end }
    if (bytes[place] !== COMMA) break
    place = skipSpace(bytes, place + 1)
  }
  return bytes[place] === CLOSE_LIST ? { spans: [], lists, isList, end: place + 1 } : undefined
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
  { maxRecords, maxRecordBytes }: Bounds,
  isOutermost: boolean,
): List | undefined {
  const isKeyed = bytes[start] === OPEN_OBJECT
  if (!isKeyed && bytes[start] !== OPEN_LIST) return undefined
  const close = isKeyed ? CLOSE_OBJECT : CLOSE_LIST
  const spans: number[] = []
  const repair = createListRepair(bytes, spans, { isKeyed, isOutermost, maxRecordBytes })
  let place = skipSpace(bytes, start + 1)
  if (bytes[place] === close) return isKeyed ? undefined : { spans, end: place + 1 }
  for (;;) {
    const record = isKeyed ? skipNumber(bytes, place) : place
    if (record === undefined) return undefined
    if (spans.length === maxRecords * 2) throw new TooManyRecordsError(maxRecords)
    try {
      const end = skipRecord(bytes, record, close, maxRecordBytes)
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
function skipRecord(bytes: Uint8Array, at: number, close: number, maxBytes: number): number {
  let end = at
  let next = at
  while (bytes[next] !== COMMA && bytes[next] !== close) {
    if (next >= bytes.length) throw new UnexpectedEndError('it is truncated')
    end = skipValue(bytes, next, at + maxBytes - next)
    next = skipSpace(bytes, end)
  }
  return end
}
