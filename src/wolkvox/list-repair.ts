import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  skipSpace,
  UnexpectedEndError,
  UnterminatedStringError,
  ValueTooLongError,
} from './json-scanner.ts'
import { findRecord, firstKey, nextKey } from './record-boundary.ts'

/** Continues to split a list after a broken record that hides the ends of others. */
export interface ListRepair {
  /**
   * Ends a record whose end cannot be found: before the next record, or else before the bracket that closes the list.
   *
   * @param error the error that the record caused
   * @returns the next element, or the bracket that closes the list
   * @throws the error if neither is found, or if the response is truncated: an incomplete list must not count as complete
   */
  endBroken(record: number, error: unknown): number
  /**
   * Checks whether a bracket that seems to close the list is a stray one. A stray bracket is part of the record before it.
   *
   * @returns the next element, or the bracket that closes the list; `undefined` if this one closes it
   */
  skipStray(bracket: number): number | undefined
}

// The end of a value and the brace of its object.
const END_OF_RECORD = /["\]}\dle]\s*\}\s*$/
const MAX_TAIL_BYTES = 256

// Each can need a search through a whole record. This many take a third of a second.
const MAX_BROKEN_RECORDS = 1000

/**
 * @param spans begin and end of each record found so far
 * @param isKeyed whether the list is an object whose keys are numbers
 * @param isOutermost whether the list is the whole response
 */
export function createListRepair(
  bytes: Uint8Array,
  spans: number[],
  {
    isKeyed,
    isOutermost,
    maxRecordBytes,
  }: { isKeyed: boolean; isOutermost: boolean; maxRecordBytes: number },
): ListRepair {
  let broken = 0
  const tooManyBroken = new JsonSyntaxError(`more than ${MAX_BROKEN_RECORDS} records are broken`)

  function endAtNext(record: number): number | undefined {
    const limit = record + maxRecordBytes
    const own = firstKey(bytes, record)
    const key = firstKey(bytes, spans[0] ?? record) ?? own
    let next = key && findRecord(bytes, key, record, limit)
    if (next === undefined && (own === undefined || spans.length === 0)) {
      const other = nextKey(bytes, record, limit)
      next = other && findRecord(bytes, other, record, limit)
    }
    if (next === undefined) return undefined
    spans.push(record, next.end)
    return isKeyed ? next.element : next.record
  }

  /** The last bracket that can close the list. Invalid JSON after it still makes the response malformed. */
  function endAtBracket(record: number, error: unknown): number | undefined {
    const outer = bytes.lastIndexOf(CLOSE_OBJECT)
    const inner = isOutermost ? outer : bytes.lastIndexOf(CLOSE_OBJECT, outer - 1)
    const end = isKeyed ? inner : bytes.lastIndexOf(CLOSE_LIST)
    if (end <= record || end - record > maxRecordBytes || isTruncatedAt(record, end, error)) return undefined
    spans.push(record, end)
    return end
  }

  /**
   * Whether the response can be truncated at this bracket: it closes a list within the record, or is part of a string. A bare
   * list that ends there must not count as complete.
   */
  function isTruncatedAt(record: number, end: number, error: unknown): boolean {
    const tail = String.fromCharCode(...bytes.subarray(Math.max(record, end - MAX_TAIL_BYTES), end))
    if (error instanceof UnterminatedStringError && isOutermost && !END_OF_RECORD.test(tail)) return true
    if (isKeyed) return false
    let depth = 0
    for (let place = record; place < end; place += 1) {
      if (bytes[place] === OPEN_LIST) depth += 1
      else if (bytes[place] === CLOSE_LIST) depth -= 1
    }
    return depth > 0
  }

  /** A record without its closing brace takes the bracket of the list instead, so the splitter reads past the list. */
  function reopenLast(error: unknown): number | undefined {
    const [from, to] = spans.splice(-2)
    if (from === undefined || isJson(bytes.subarray(from, to))) return undefined
    return endAtNext(from) ?? endAtBracket(from, error)
  }

  return {
    endBroken(record, error) {
      broken += 1
      if (broken > MAX_BROKEN_RECORDS) throw tooManyBroken
      const next = endAtNext(record)
      if (next !== undefined) return next
      if (error instanceof UnexpectedEndError || error instanceof ValueTooLongError) throw error
      const end = endAtBracket(record, error) ?? reopenLast(error)
      if (end === undefined) throw error
      return end
    },

    skipStray(bracket) {
      // A member with a numeric key after this bracket can belong to the envelope.
      if (isKeyed) return undefined
      const after = skipSpace(bytes, bracket + 1)
      const isDoubled = bytes[after] === CLOSE_LIST
      const element = skipSpace(bytes, after + 1)
      const isFollowed = bytes[after] === COMMA && bytes[element] === OPEN_OBJECT
      if (!isDoubled && !isFollowed) return undefined
      broken += 1
      if (broken > MAX_BROKEN_RECORDS) throw tooManyBroken
      spans[spans.length - 1] = after
      return isDoubled ? after : element
    },
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
