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
  UnexpectedEndError,
  ValueTooLongError,
} from './json-scanner.ts'
import { createListRepair, type ListPlace } from './list-repair.ts'
import { isWholeNumber } from './record-boundary.ts'

/** The response has more records than wolkvox allows. */
export class TooManyRecordsError extends Error {
  override readonly name = 'TooManyRecordsError'

  constructor(maxRecords: number) {
    super(`more than ${maxRecords} records`)
  }
}

/** Limits of the records of a response. */
export interface Bounds {
  readonly maxRecords: number
  readonly maxRecordBytes: number
}

/** The largest record of a report without lists: such a record takes about 330 bytes. */
export const MAX_RECORD_BYTES = 64 * 1024

// Far above the longest key of wolkvox.
const MAX_KEY_BYTES = 64 * 1024

/** The key of a member with its quotes, and the place of its value. */
export function readKey(bytes: Uint8Array, at: number): { key: Uint8Array; value: number } {
  const end = skipString(bytes, at, Math.min(bytes.length, at + MAX_KEY_BYTES))
  const colon = skipSpace(bytes, end)
  if (bytes[colon] !== COLON) throw new JsonSyntaxError('a colon is missing')
  return { key: bytes.subarray(at, end), value: skipSpace(bytes, colon + 1) }
}

/** A list of records. */
export interface RecordList {
  readonly spans: readonly number[]
  /** The place after its closing bracket. */
  readonly end: number
}

/**
 * Splits a list of records: a JSON list, or an object whose keys are all whole numbers, which PHP creates from a list
 * with gaps. The same bounds apply to both.
 *
 * @param where whether the list is the whole response, its data, or within the data
 * @returns `undefined` if it is neither
 */
export function splitList(
  bytes: Uint8Array,
  start: number,
  { maxRecords, maxRecordBytes }: Bounds,
  where: ListPlace,
): RecordList | undefined {
  const isKeyed = bytes[start] === OPEN_OBJECT
  if (!isKeyed && bytes[start] !== OPEN_LIST) return undefined
  const close = isKeyed ? CLOSE_OBJECT : CLOSE_LIST
  const spans: number[] = []
  const repair = createListRepair(bytes, spans, { isKeyed, where, maxRecordBytes })
  let place = skipSpace(bytes, start + 1)
  let tooLong = 0

  /**
   * The end of a record that is too long, but whole: it costs only itself. If all records are too long, this is not a report. A
   * broken record can seem long, too, because an unbalanced quote or brace includes the next records; the repair ends it earlier.
   */
  function endOfLong(record: number, error: unknown): number | undefined {
    if (!(error instanceof ValueTooLongError) || repair.nextAfter(record) !== undefined) return undefined
    try {
      return skipRecord(bytes, record, close, bytes.length)
    } catch (problem) {
      if (problem instanceof JsonSyntaxError) return undefined
      throw problem
    }
  }

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
      const end = endOfLong(record, error)
      if (end === undefined) {
        place = repair.endBroken(record, error)
        if (bytes[place] !== close) continue
      } else {
        spans.push(record, end)
        place = skipSpace(bytes, end)
        tooLong += 1
        if (tooLong === spans.length / 2 && bytes[place] === close) throw error
      }
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
export function skipNumber(bytes: Uint8Array, at: number): number | undefined {
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
