import {
  CLOSE_OBJECT,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipValue,
  TrailingTextError,
  UnexpectedEndError,
  ValueTooLongError,
} from './json-scanner.ts'
import { type NestedRecords, nestedListNamed, readNested, readNestedList } from './nested-lists.ts'
import { isWholeNumber } from './record-boundary.ts'
import {
  type Bounds,
  MAX_RECORD_BYTES,
  readKey,
  skipNumber,
  splitList,
  TooManyRecordsError,
} from './record-list.ts'

/** A response split into envelope and records, with the original bytes. */
export interface ResponseParts {
  /** The response with an empty list in place of its records. */
  readonly envelope: Uint8Array
  /** Begin and end of each record, alternating; empty if there is no list of records. */
  readonly spans: readonly number[]
  /** The records of each nested list, in the order of the response. */
  readonly nested: readonly NestedRecords[]
}

/** What is known of a report's records before its response is read. */
export interface RecordShape {
  /** The names of the lists with the records, if they are nested in the data. They are compared without case. */
  readonly nestedLists?: readonly string[] | undefined
  /** The names of the fields. A message about a response that is not a report may quote them. */
  readonly fields?: readonly string[] | undefined
  /** The largest record. Default: 64 KiB. */
  readonly maxRecordBytes?: number | undefined
}

// An envelope takes about 70 bytes.
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
export function splitResponse(
  bytes: Uint8Array,
  maxRecords: number,
  { nestedLists, maxRecordBytes = MAX_RECORD_BYTES }: RecordShape = {},
): ResponseParts {
  const start = skipMarks(bytes)
  const bounds = { maxRecords, maxRecordBytes }
  const nested = nestedLists && isListOfObjects(bytes, start) && readNested(bytes, start, nestedLists, bounds)
  if (nested) {
    expectEnd(bytes, nested.end)
    return { envelope: EMPTY_LIST, spans: [], nested: nested.lists }
  }
  const list = splitList(bytes, start, bounds, 'outermost')
  if (list !== undefined) {
    expectEnd(bytes, list.end)
    return { envelope: EMPTY_LIST, spans: list.spans, nested: [] }
  }
  if (bytes[start] === OPEN_OBJECT) {
    // Lists can be larger than a member of an envelope with records among its members.
    const merged = nestedLists === undefined ? readMerged(bytes, start, bounds) : undefined
    return merged ?? readObject(bytes, start, bounds, nestedLists ?? [])
  }
  // HTML can have any length. JSON that is neither a list nor an object is not a report.
  if (bytes.length - start > MAX_ENVELOPE_BYTES)
    throw new JsonSyntaxError('it is neither a list nor an object')
  return { envelope: bytes.subarray(start), spans: [], nested: [] }
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

/**
 * Splits the outermost object. Of two members `data` the last counts, as in `JSON.parse`. Lists that are usually nested in the data
 * can also be members of this object.
 */
function readObject(
  bytes: Uint8Array,
  start: number,
  { maxRecords, maxRecordBytes }: Bounds,
  nestedLists: readonly string[],
): ResponseParts {
  const envelope: Uint8Array[] = []
  let spans: readonly number[] = []
  let nested: readonly NestedRecords[] = []
  const members: NestedRecords[] = []
  const found = new Set<string>()
  let spare = maxRecords
  let kept = start
  let bytesOfLists = 0
  let place = skipSpace(bytes, start + 1)

  /** Reads the data, or one of the lists. @returns the place after it, or `undefined` if it is anything else */
  function readRecords(key: Uint8Array, value: number): number | undefined {
    if (Buffer.compare(key, DATA) === 0) {
      const bounds = { maxRecords, maxRecordBytes }
      const lists = nestedLists.length > 0 ? readNested(bytes, value, nestedLists, bounds) : undefined
      const list = lists === undefined ? splitList(bytes, value, bounds, 'data') : undefined
      if (lists !== undefined || list !== undefined) {
        nested = lists?.lists ?? []
        spans = list?.spans ?? []
      }
      return lists?.end ?? list?.end
    }
    const name = nestedListNamed(key, nestedLists)
    if (name === undefined) return undefined
    const list = readNestedList(bytes, value, { maxRecords: spare, maxRecordBytes })
    spare -= list.spans.length / 2
    if (list.spans.length > 0 || !found.has(name)) members.push({ list: name, spans: list.spans })
    found.add(name)
    return list.end
  }

  while (bytes[place] === QUOTE) {
    const { key, value } = readKey(bytes, place)
    const end = readRecords(key, value)
    if (end === undefined) {
      place = skipValue(bytes, value, MAX_ENVELOPE_BYTES)
    } else {
      envelope.push(bytes.subarray(kept, place), DATA_MEMBER)
      bytesOfLists += end - place
      place = end
      kept = end
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
  return { envelope: Buffer.concat(all), spans, nested: [...nested, ...members] }
}

/** Whether the response is a list, or an object with numbers as keys, rather than an envelope. */
function isListOfObjects(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] === OPEN_LIST) return true
  return bytes[start] === OPEN_OBJECT && skipNumber(bytes, skipSpace(bytes, start + 1)) !== undefined
}
