import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  EndsTooSoon,
  NotJson,
  OPEN_OBJECT,
  skipSpace,
  ValueTooLong,
} from './json-walker.ts'
import { findRecord, firstKey } from './record-boundary.ts'

/** Splits a list of records on, where a broken record hides the ends of others. */
export interface ListRepair {
  /**
   * Ends a record whose end cannot be found: where the next one begins, or else where the list closes.
   *
   * @param error what the record caused
   * @returns the next element, or the bracket that closes the list
   * @throws the error where neither can be found, or the answer was cut off: it lacks records, and the agents in them
   *   must not seem to have left
   */
  endBroken(record: number, error: unknown): number
  /**
   * Whether a bracket that seems to close the list is one too many: then it belongs to the record before.
   *
   * @returns the next element, or the bracket that does close the list; `undefined` where this one does
   */
  skipStray(bracket: number): number | undefined
}

// Each costs up to the length of a record: this many take a third of a second.
const MAX_BROKEN_RECORDS = 1000

/**
 * @param spans where each record begins and ends, as far as they have been split
 * @param isKeyed whether the list is an object whose keys are numbers
 * @param isOutermost whether it is the whole answer
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
  const tooManyBroken = new NotJson(`more than ${MAX_BROKEN_RECORDS} records are broken`)

  function endAtNext(record: number): number | undefined {
    const key = firstKey(bytes, spans[0] ?? record) ?? firstKey(bytes, record)
    const next = key && findRecord(bytes, key, record, record + maxRecordBytes)
    if (next === undefined) return undefined
    spans.push(record, next.end)
    return isKeyed ? next.element : next.record
  }

  /** The last bracket that can close the list. What follows has to be JSON, or the answer is malformed all the same. */
  function endAtBracket(record: number): number | undefined {
    const outer = bytes.lastIndexOf(CLOSE_OBJECT)
    const inner = isOutermost ? outer : bytes.lastIndexOf(CLOSE_OBJECT, outer - 1)
    const end = isKeyed ? inner : bytes.lastIndexOf(CLOSE_LIST)
    if (end <= record || end - record > maxRecordBytes) return undefined
    spans.push(record, end)
    return end
  }

  /** A record without its closing brace takes the bracket of the list for it, so that the next place is none. */
  function reopenLast(): number | undefined {
    const [from, to] = spans.splice(-2)
    if (from === undefined || isJson(bytes.subarray(from, to))) return undefined
    return endAtNext(from) ?? endAtBracket(from)
  }

  return {
    endBroken(record, error) {
      broken += 1
      if (broken > MAX_BROKEN_RECORDS) throw tooManyBroken
      const next = endAtNext(record)
      if (next !== undefined) return next
      if (error instanceof EndsTooSoon || error instanceof ValueTooLong) throw error
      const end = endAtBracket(record) ?? reopenLast()
      if (end === undefined) throw error
      return end
    },

    skipStray(bracket) {
      // Behind an object a member with a number for its key is no sign: it may belong to the envelope.
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
