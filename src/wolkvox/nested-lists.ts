import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  JsonSyntaxError,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipValue,
} from './json-scanner.ts'
import { isEndOfMember } from './record-boundary.ts'
import {
  type Bounds,
  type RecordList,
  readKey,
  skipNumber,
  splitList,
  TooManyRecordsError,
} from './record-list.ts'

/** The records of a list within the data. */
export interface NestedRecords {
  /** The name of the list, as the shape has it. */
  readonly list: string
  /** Begin and end of each record, alternating. Empty if the list is. */
  readonly spans: readonly number[]
}

/** The nested lists of some data. */
export interface NestedLists {
  /** In the order of the data, not empty. Names repeat if the data repeats them. */
  readonly lists: readonly NestedRecords[]
  /** The place after the data. */
  readonly end: number
}

/** The list that a key of an object names, compared without case and outer spaces. @returns `undefined` if it names none */
export function nestedListNamed(key: Uint8Array, names: readonly string[]): string | undefined {
  const name = Buffer.from(key.subarray(1, -1)).toString('latin1').trim().toLowerCase()
  return names.includes(name) ? name : undefined
}

// `null`, `""` and `{}`, with some white space.
const MAX_NOTHING_BYTES = 16
const NOTHING = /^(?:null|"\s*-?\s*"|\{\s*\})$/

/**
 * Splits the value of a nested list. Anything else in its place is a record: one object is the only one, and another value is
 * rejected later, so that it is counted.
 */
export function readNestedList(bytes: Uint8Array, start: number, bounds: Bounds): RecordList {
  const list = splitList(bytes, start, bounds, 'nested')
  if (list !== undefined) return list
  const end = skipValue(bytes, start, bounds.maxRecordBytes)
  const isShort = end - start <= MAX_NOTHING_BYTES
  if (isShort && NOTHING.test(Buffer.from(bytes.subarray(start, end)).toString('latin1'))) {
    return { spans: [], end }
  }
  if (bounds.maxRecords === 0) throw new TooManyRecordsError(0)
  return { spans: [start, end], end }
}

/**
 * Splits data whose records are in lists within one object, or within the objects of a list: `[{"by_agent":[…],"by_pbx":[…]}]`.
 * Broken records in them are repaired like others.
 *
 * @param names of the lists to read; everything else is skipped unread
 * @returns `undefined` if there is no such list
 */
export function readNested(
  bytes: Uint8Array,
  start: number,
  names: readonly string[],
  { maxRecords, maxRecordBytes }: Bounds,
): NestedLists | undefined {
  const lists: NestedRecords[] = []
  const found = new Set<string>()
  let spare = maxRecords

  function readMember(key: Uint8Array, value: number): number {
    const list = nestedListNamed(key, names)
    if (list === undefined) return skipUnread(bytes, value, { maxRecords, maxRecordBytes })
    const { spans, end } = readNestedList(bytes, value, { maxRecords: spare, maxRecordBytes })
    spare -= spans.length / 2
    // A hostile response can repeat an empty list millions of times.
    if (spans.length > 0 || !found.has(list)) lists.push({ list, spans })
    found.add(list)
    return end
  }

  /** @returns the place after the object, or `undefined` if it is none */
  function readContainer(at: number): number | undefined {
    if (bytes[at] !== OPEN_OBJECT) return undefined
    let place = skipSpace(bytes, at + 1)
    while (bytes[place] === QUOTE) {
      const { key, value } = readKey(bytes, place)
      place = skipSpace(bytes, readMember(key, value))
      if (bytes[place] !== COMMA) break
      place = skipSpace(bytes, place + 1)
    }
    return bytes[place] === CLOSE_OBJECT ? place + 1 : undefined
  }

  /** @returns the place after the list, or `undefined` if it is not one of objects */
  function readContainers(at: number, isKeyed: boolean): number | undefined {
    const close = isKeyed ? CLOSE_OBJECT : CLOSE_LIST
    for (let place = skipSpace(bytes, at + 1); ; place = skipSpace(bytes, place + 1)) {
      const container = isKeyed ? skipNumber(bytes, place) : place
      const end = container === undefined ? undefined : readContainer(container)
      if (end === undefined) return undefined
      place = skipSpace(bytes, end)
      if (bytes[place] === close) return place + 1
      if (bytes[place] !== COMMA) return undefined
    }
  }

  const isKeyed = bytes[start] === OPEN_OBJECT && skipNumber(bytes, skipSpace(bytes, start + 1)) !== undefined
  const isList = isKeyed || bytes[start] === OPEN_LIST
  const end = isList ? readContainers(start, isKeyed) : readContainer(start)
  return end === undefined || lists.length === 0 ? undefined : { lists, end }
}

/** Skips a value that is not read. A broken record in it must not cost the lists after it. */
function skipUnread(bytes: Uint8Array, value: number, bounds: Bounds): number {
  let problem: unknown
  try {
    const end = skipValue(bytes, value, bytes.length)
    if (isEndOfMember(bytes, end)) return end
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    problem = error
  }
  const list = splitList(bytes, value, bounds, 'nested')
  if (list === undefined) throw problem ?? new JsonSyntaxError('a comma is missing')
  return list.end
}
