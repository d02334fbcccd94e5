import { WolkvoxFailure } from './failure.ts'
import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonSyntaxError,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
  ValueTooLongError,
} from './json-scanner.ts'
import type { NestedRecords } from './nested-lists.ts'
import { findRecord, firstKey, nextKey } from './record-boundary.ts'
import { MAX_RECORD_BYTES, TooManyRecordsError } from './record-list.ts'
import { isObject } from './values.ts'

/** Replaces a record that is not JSON. */
export const UNPARSABLE = Symbol('unparsable')

// Large enough to parse fast, small enough for V8 to free the records soon.
const BATCH_BYTES = 64 * 1024

// An envelope is useless without these members.
const REQUIRED_MEMBERS = new Set(['code', 'data'])

/**
 * Parses an envelope from UTF-8. If it is not valid JSON as a whole, invalid members are left out: a line break in the message
 * must not make the records unreadable.
 *
 * @throws SyntaxError
 */
export function parseEnvelope(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes))
  } catch (error) {
    const members = error instanceof SyntaxError ? parseMembers(bytes) : undefined
    if (members === undefined) throw error
    return members
  }
}

function parseMembers(bytes: Uint8Array): Record<string, unknown> | undefined {
  const members = new Map<string, unknown>()
  try {
    let place = skipSpace(bytes, 0)
    if (bytes[place] !== OPEN_OBJECT) return undefined
    do {
      const key = skipSpace(bytes, place + 1)
      if (bytes[key] !== QUOTE) return undefined
      const colon = skipSpace(bytes, skipString(bytes, key, bytes.length))
      if (bytes[colon] !== COLON) return undefined
      const start = skipSpace(bytes, colon + 1)
      const end = skipValue(bytes, start, bytes.length)
      const name = parse(bytes, key, colon)
      const value = parse(bytes, start, end)
      if (typeof name !== 'string' || (value === undefined && REQUIRED_MEMBERS.has(name))) return undefined
      if (value !== undefined) members.set(name, value)
      place = skipSpace(bytes, end)
    } while (bytes[place] === COMMA)
    const isWhole = bytes[place] === CLOSE_OBJECT && skipSpace(bytes, place + 1) === bytes.length
    return isWhole ? Object.fromEntries(members) : undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof ValueTooLongError) return undefined
    throw error
  }
}

/** Limits of parsing. */
export interface ParseBounds {
  readonly maxRecords: number
  /** The largest record. Default: {@link MAX_RECORD_BYTES}. */
  readonly maxRecordBytes?: number | undefined
}

/**
 * Parses records in small batches while the caller iterates, so that few are in memory. If a batch is not valid JSON, its
 * records are parsed one by one.
 *
 * @param spans begin and end of each record in the body
 * @param bounds a longer record is not parsed: it would take several times its size in memory
 * @returns the records, with {@link UNPARSABLE} in place of each that is too long or not valid JSON
 * @throws WolkvoxFailure `too_large` if broken spans contain more records
 */
export function* parseRecords(
  body: Uint8Array,
  spans: readonly number[],
  { maxRecords, maxRecordBytes = MAX_RECORD_BYTES }: ParseBounds,
): Generator<unknown> {
  let spare = Math.max(0, maxRecords - spans.length / 2)
  let first = 0
  while (first < spans.length) {
    const from = spans[first] ?? 0
    let last = first + 1
    while (last + 2 < spans.length && (spans[last + 2] ?? 0) - from <= BATCH_BYTES) last += 2
    // The bytes between records are commas, so brackets make the batch a list.
    // A batch this large is one record.
    if ((spans[last] ?? 0) - from > Math.max(BATCH_BYTES, maxRecordBytes)) {
      yield UNPARSABLE
      first = last + 1
      continue
    }
    const batch = parseText(`[${decodeUtf8(body.subarray(from, spans[last]))}]`)
    if (batch !== undefined) {
      yield* batch as unknown[]
    } else {
      for (let index = first; index < last; index += 2) {
        const [start = 0, end = 0] = [spans[index], spans[index + 1]]
        // A comma after the last record.
        if (start === end && index > 0 && index + 2 === spans.length) break
        let merged = -1
        for (const record of parseSpan(body, start, end)) {
          merged += 1
          if (merged > spare) throw responseTooLarge(new TooManyRecordsError(maxRecords))
          yield record
        }
        spare -= merged
      }
    }
    first = last + 1
  }
}

/**
 * Parses the records of nested lists in the same way.
 *
 * @returns the records; the names in them begin with the name of the list
 */
export function* parseNestedRecords(
  body: Uint8Array,
  lists: readonly NestedRecords[],
  bounds: ParseBounds,
): Generator<unknown> {
  for (const { list, spans } of lists) {
    const namesIn = createPrefixer(`${list}.`)
    // The splitter has counted the records of all lists.
    for (const record of parseRecords(body, spans, bounds)) {
      yield isObject(record) ? namesIn(record) : record
    }
  }
}

// A response may have any number of names. Those of a real one are below 100.
const MAX_PREFIXED_NAMES = 1000

/** Adds a prefix to the names in records. Remembers the results, because all records have the same names. */
function createPrefixer(prefix: string): (record: object) => object {
  const prefixed = new Map<string, string>()

  return (record) => {
    const result: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(record)) {
      let full = prefixed.get(name)
      if (full === undefined) {
        full = prefix + name
        if (prefixed.size < MAX_PREFIXED_NAMES) prefixed.set(name, full)
      }
      result[full] = value
    }
    return result
  }
}

/** The record of a span, or several records that an unbalanced quote has merged. */
function* parseSpan(body: Uint8Array, from: number, to: number): Generator<unknown> {
  const record = parse(body, from, to)
  const key = record === undefined ? (firstKey(body, from) ?? nextKey(body, from, to)) : undefined
  if (key === undefined) {
    yield record === undefined ? UNPARSABLE : record
    return
  }
  let start = from
  for (
    let next = findRecord(body, key, start, to);
    next !== undefined;
    next = findRecord(body, key, start, to)
  ) {
    yield parse(body, start, next.end) ?? UNPARSABLE
    start = next.record
  }
  yield start === from ? UNPARSABLE : (parse(body, start, to) ?? UNPARSABLE)
}

/** @returns `undefined` if it is not JSON */
function parse(bytes: Uint8Array, from: number, to: number): unknown {
  return parseText(decodeUtf8(bytes.subarray(from, to)))
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const decodeUtf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The failure of a response that is larger than any report. */
export function responseTooLarge(error: TooManyRecordsError | ValueTooLongError): WolkvoxFailure {
  return new WolkvoxFailure('too_large', `the response cannot be a report: ${error.message}`, {
    cause: error,
  })
}
