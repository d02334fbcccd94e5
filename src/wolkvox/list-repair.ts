import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  UnexpectedEndError,
  UnterminatedStringError,
  ValueTooLongError,
} from './json-scanner.ts'
import { findRecord, firstKey, isEndOfMember, nextKey, type RecordBoundary } from './record-boundary.ts'

/** Where a list of records is: the whole response, the data of an envelope, or a member of an object in the data. */
export type ListPlace = 'outermost' | 'data' | 'nested'

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
  /** Where the next record seems to begin within the length of one record. */
  nextAfter(record: number): number | undefined
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
 * @param where where the list is
 */
export function createListRepair(
  bytes: Uint8Array,
  spans: number[],
  { isKeyed, where, maxRecordBytes }: { isKeyed: boolean; where: ListPlace; maxRecordBytes: number },
): ListRepair {
  let broken = 0
  const isOutermost = where === 'outermost'
  const isNested = where === 'nested' && !isKeyed
  const tooManyBroken = new JsonSyntaxError(`more than ${MAX_BROKEN_RECORDS} records are broken`)

  function findNext(record: number, limit: number): RecordBoundary | undefined {
    const own = firstKey(bytes, record)
    const key = firstKey(bytes, spans[0] ?? record) ?? own
    const next = key && findRecord(bytes, key, record, limit)
    if (next !== undefined || (own !== undefined && spans.length > 0)) return next
    const other = nextKey(bytes, record, limit)
    return other && findRecord(bytes, other, record, limit)
  }

  function endAtNext(record: number, limit = record + maxRecordBytes): number | undefined {
    const next = findNext(record, limit)
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

  /** Other lists can follow a nested list. The end of a record must not be searched for in them. */
  function endInNested(record: number): number | undefined {
    const to = spans.at(-1) ?? 0
    // A record without its closing brace has taken the bracket, so that the splitter is at the name of the next list.
    if (bytes[record] === QUOTE && bytes[to - 1] === CLOSE_LIST) {
      spans[spans.length - 1] = to - 1
      return to - 1
    }
    const bracket = closingBracket(bytes, record, record + maxRecordBytes)
    if (bracket === undefined) return undefined
    const next = endAtNext(record, bracket)
    if (next === undefined) spans.push(record, bracket)
    return next ?? bracket
  }

  return {
    nextAfter: (record) => findNext(record, record + maxRecordBytes)?.record,

    endBroken(record, error) {
      broken += 1
      if (broken > MAX_BROKEN_RECORDS) throw tooManyBroken
      if (isNested) {
        const end = endInNested(record)
        if (end === undefined) throw error
        return end
      }
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

/** The first bracket that is before the end of an object or before the name of another list in it. */
function closingBracket(bytes: Uint8Array, from: number, to: number): number | undefined {
  for (
    let at = bytes.indexOf(CLOSE_LIST, from);
    at !== -1 && at < to;
    at = bytes.indexOf(CLOSE_LIST, at + 1)
  ) {
    if (isEndOfMember(bytes, at + 1)) return at
  }
  return undefined
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
