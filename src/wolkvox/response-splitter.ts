import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  NotJson,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
  TrailingText,
  UnexpectedEnd,
  ValueTooLong,
} from './json-scanner.ts'
import { createListRepair } from './list-repair.ts'
import { isWholeNumber } from './record-boundary.ts'

/** An answer taken apart at its records, each part still as it came. */
export interface ResponseParts {
  /** The answer with an empty list in place of its list of records. */
  readonly envelope: Uint8Array
  /** Where each record begins and ends, in turn; empty where there is no list of records. */
  readonly spans: readonly number[]
}

/** There are more records than one answer may hold. */
export class TooManyRecords extends Error {
  override readonly name = 'TooManyRecords'

  constructor(maxRecords: number) {
    super(`there are more than ${maxRecords} records`)
  }
}

// A record of the report takes about 330 bytes, all else in an answer about 70.
const MAX_RECORD_BYTES = 64 * 1024
const MAX_ENVELOPE_BYTES = 64 * 1024

const TOO_MUCH_AROUND = 'there is too much around the records'

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const DATA = Buffer.from('"data"')
const CODE = Buffer.from('"code"')
const DATA_MEMBER = Buffer.from('"data":[]')
const [OPEN, CLOSE, SEPARATOR] = [Buffer.from('{'), Buffer.from('}'), Buffer.from(',')]
const EMPTY_LIST = Buffer.from('[]')

/**
 * Takes an answer apart in one pass over its bytes, which stops as soon as it holds more records than it may, or a part
 * larger than it may: so what is parsed afterwards is bounded in size, in depth and in number, whatever was sent.
 * `JSON.parse` of a hostile answer as a whole can take minutes, gigabytes, or the process.
 *
 * A record so broken that its end cannot be found ends where the next one begins; no span of it is JSON.
 *
 * @param maxRecords the most records
 * @throws NotJson, ValueTooLong, TooManyRecords
 */
export function splitResponse(bytes: Uint8Array, maxRecords: number): ResponseParts {
  const start = skipMarks(bytes)
  const list = readList(bytes, start, maxRecords, true)
  if (list !== undefined) {
    checkEnd(bytes, list.end)
    return { envelope: EMPTY_LIST, spans: list.spans }
  }
  if (bytes[start] === OPEN_OBJECT) {
    return readMerged(bytes, start, maxRecords) ?? readObject(bytes, start, maxRecords)
  }
  // A page may be of any length; no JSON that is neither a list nor an object is a report.
  if (bytes.length - start > MAX_ENVELOPE_BYTES) throw new NotJson('it is neither a list nor an object')
  return { envelope: bytes.subarray(start), spans: [] }
}

function checkEnd(bytes: Uint8Array, end: number): void {
  const place = skipSpace(bytes, end)
  if (place < bytes.length) throw new TrailingText(place)
}

/** Byte order marks and white space: PHP sends one mark for each of its files that is saved with one. */
function skipMarks(bytes: Uint8Array): number {
  let place = skipSpace(bytes, 0)
  while (BYTE_ORDER_MARK.every((byte, index) => bytes[place + index] === byte)) {
    place = skipSpace(bytes, place + BYTE_ORDER_MARK.length)
  }
  return place
}

/**
 * An envelope with the records among its members, such as `{"0":{…},"2":{…},"code":200}`: PHP makes this of a list with
 * gaps that a script merges with the code. Nothing in it is repaired.
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
      if (spans.length === maxRecords * 2) throw new TooManyRecords(maxRecords)
      spans.push(value, end)
    } else {
      bytesOfMembers += end - at
      if (bytesOfMembers > MAX_ENVELOPE_BYTES) throw new ValueTooLong(TOO_MUCH_AROUND)
      hasCode ||= Buffer.compare(key, CODE) === 0
      members.push(SEPARATOR, bytes.subarray(at, end))
    }
    place = skipSpace(bytes, end)
  } while (bytes[place] === COMMA)
  if (bytes[place] !== CLOSE_OBJECT || spans.length === 0 || !hasCode) return undefined
  checkEnd(bytes, place + 1)
  return { envelope: Buffer.concat([OPEN, ...members, CLOSE]), spans }
}

/** The members of the outermost object; of two lists called `data` the last counts, as in `JSON.parse`. */
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
    if (place - start - bytesOfLists > MAX_ENVELOPE_BYTES) throw new ValueTooLong(TOO_MUCH_AROUND)
    place = skipSpace(bytes, place)
    if (bytes[place] !== COMMA) break
    place = skipSpace(bytes, place + 1)
  }
  if (place >= bytes.length) throw new UnexpectedEnd('it ends too soon')
  if (bytes[place] !== CLOSE_OBJECT) throw new NotJson('a comma is missing')
  checkEnd(bytes, place + 1)
  const all = [...envelope, bytes.subarray(kept)]
  if (all.reduce((sum, part) => sum + part.length, 0) > MAX_ENVELOPE_BYTES) {
    throw new ValueTooLong(TOO_MUCH_AROUND)
  }
  return { envelope: Buffer.concat(all), spans }
}

/** The key of a member with its quotes, and the place of its value. */
function readKey(bytes: Uint8Array, at: number): { key: Uint8Array; value: number } {
  const end = skipString(bytes, at, Math.min(bytes.length, at + MAX_ENVELOPE_BYTES))
  const colon = skipSpace(bytes, end)
  if (bytes[colon] !== COLON) throw new NotJson('a colon is missing')
  return { key: bytes.subarray(at, end), value: skipSpace(bytes, colon + 1) }
}

interface List {
  readonly spans: readonly number[]
  /** The place after its closing bracket. */
  readonly end: number
}

/**
 * A list of records: a JSON list, or an object whose keys are all whole numbers, which is what PHP makes of a list with
 * gaps. Both are split record by record, within the same bounds.
 *
 * @param isOutermost whether it is the whole answer
 * @returns `undefined` where it is neither
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
    if (spans.length === maxRecords * 2) throw new TooManyRecords(maxRecords)
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
      // A comma before the bracket: the place of a record that is not there.
      spans.push(place, place)
      return { spans, end: place + 1 }
    }
  }
}

/** @returns the place after a key that is a whole number, or `undefined` where there is another key or none */
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
    if (next >= bytes.length) throw new UnexpectedEnd('it ends too soon')
    end = skipValue(bytes, next, at + MAX_RECORD_BYTES - next)
    next = skipSpace(bytes, end)
  }
  return end
}
