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
  ValueTooLong,
} from './json-walker.ts'

/** An answer taken apart at its records, each part still as it came. */
export interface AnswerParts {
  /** The answer with an empty list in place of its list of records. */
  readonly envelope: Uint8Array
  /** Where each record begins and ends, in turn; empty where there is no list of records. */
  readonly spans: readonly number[]
}

/** There are more records than one answer may hold. */
export class TooManyRecords extends Error {
  override readonly name = 'TooManyRecords'
}

// A record of the report takes about 330 bytes, all else in an answer about 70.
const MAX_RECORD_BYTES = 64 * 1024
const MAX_ENVELOPE_BYTES = 64 * 1024

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const DATA = Buffer.from('"data"')
const EMPTY_LIST = Buffer.from('[]')

/**
 * Takes an answer apart in one pass over its bytes, which stops as soon as it holds more records than it may, or a part
 * larger than it may: so what is parsed afterwards is bounded in size, in depth and in number, whatever was sent.
 * `JSON.parse` of a hostile answer as a whole can take minutes, gigabytes, or the process.
 *
 * @param maxRecords the most records
 * @throws NotJson, ValueTooLong, TooManyRecords
 */
export function takeApart(bytes: Uint8Array, maxRecords: number): AnswerParts {
  const start = skipSpace(bytes, hasByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0)
  switch (bytes[start]) {
    case OPEN_LIST: {
      const { spans, end } = readList(bytes, start, maxRecords)
      return { envelope: Buffer.concat([EMPTY_LIST, bytes.subarray(end)].map(atMostEnvelope)), spans }
    }
    case OPEN_OBJECT:
      return readObject(bytes, start, maxRecords)
    default:
      return { envelope: atMostEnvelope(bytes.subarray(start)), spans: [] }
  }
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, place) => bytes[place] === byte)
}

function atMostEnvelope(part: Uint8Array): Uint8Array {
  if (part.length > MAX_ENVELOPE_BYTES) throw new ValueTooLong('it is no answer, and long')
  return part
}

/** The members of the outermost object; of two lists called `data` the last counts, as in `JSON.parse`. */
function readObject(bytes: Uint8Array, start: number, maxRecords: number): AnswerParts {
  const envelope: Uint8Array[] = []
  let spans: readonly number[] = []
  let kept = start
  let place = skipSpace(bytes, start + 1)
  while (bytes[place] === QUOTE) {
    const key = place
    place = skipString(bytes, place, Math.min(bytes.length, key + MAX_ENVELOPE_BYTES))
    const isData = Buffer.compare(bytes.subarray(key, place), DATA) === 0
    place = skipSpace(bytes, place)
    if (bytes[place] !== COLON) throw new NotJson('a colon is missing')
    place = skipSpace(bytes, place + 1)
    if (isData && bytes[place] === OPEN_LIST) {
      const list = readList(bytes, place, maxRecords)
      envelope.push(bytes.subarray(kept, place), EMPTY_LIST)
      spans = list.spans
      place = list.end
      kept = place
    } else {
      place = skipValue(bytes, place, MAX_ENVELOPE_BYTES)
    }
    place = skipSpace(bytes, place)
    if (bytes[place] !== COMMA) break
    place = skipSpace(bytes, place + 1)
  }
  if (bytes[place] !== CLOSE_OBJECT) throw new NotJson('the object does not end')
  const all = [...envelope, bytes.subarray(kept)]
  if (all.reduce((sum, part) => sum + part.length, 0) > MAX_ENVELOPE_BYTES) {
    throw new ValueTooLong('there is too much around the records')
  }
  return { envelope: Buffer.concat(all), spans }
}

function readList(bytes: Uint8Array, start: number, maxRecords: number) {
  const spans: number[] = []
  let place = skipSpace(bytes, start + 1)
  if (bytes[place] === CLOSE_LIST) return { spans, end: place + 1 }
  for (;;) {
    if (spans.length === maxRecords * 2) throw new TooManyRecords(`there are more than ${maxRecords} records`)
    const end = skipValue(bytes, place, MAX_RECORD_BYTES)
    spans.push(place, end)
    place = skipSpace(bytes, end)
    if (bytes[place] === CLOSE_LIST) return { spans, end: place + 1 }
    if (bytes[place] !== COMMA) throw new NotJson('a comma is missing')
    place = skipSpace(bytes, place + 1)
  }
}
