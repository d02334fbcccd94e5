import type { AnyReport, JsonRecord } from './report.ts'

/** Finds the fields of records by wolkvox's names, and notes which ones no record has. */
export interface RecordFields {
  /** The value of a field as JSON gave it; `undefined` if the record does not have it. */
  valueOf(record: JsonRecord, field: string): unknown
  /** The same for one field of many records, without looking up the field for each. */
  finderOf(field: string): (record: JsonRecord) => unknown
  /** The fields that were looked for and that no record had. */
  missing(): readonly string[]
}

/**
 * Finds fields under their names, or under another spelling: another case, outer spaces, or a tolerated other name. A vendor that
 * changes the case of a name must not make the data disappear.
 *
 * Looking for other spellings costs time only if a record does not have the field under its usual name.
 */
export function createRecordFields({ spellings = {} }: Pick<AnyReport, 'spellings'>): RecordFields {
  const canonicalNames = new Map(
    Object.entries(spellings).flatMap(([field, others]) => others.map((other) => [other, field])),
  )
  // Other spellings of the fields that were looked for, by the usual name.
  const aliases = new Map<string, string[]>()
  // All names that were compared. Forgetting them costs only time.
  const known = new Set<string>()
  const finders = new Map<string, Finder>()
  let learned: JsonRecord | undefined

  function learnNames(record: JsonRecord): void {
    if (record === learned) return
    learned = record
    for (const name of Object.keys(record)) {
      if (known.has(name)) continue
      if (known.size >= MAX_NAMES) known.clear()
      known.add(name)
      const normalized = name.trim().toLowerCase()
      const spellingsOf = aliases.get(canonicalNames.get(normalized) ?? normalized)
      if (spellingsOf === undefined || spellingsOf.includes(name)) continue
      if (spellingsOf.length >= MAX_SPELLINGS) spellingsOf.shift()
      spellingsOf.push(name)
    }
  }

  function findAlias(record: JsonRecord, field: string): unknown {
    learnNames(record)
    const alias = aliases.get(field)?.find((name) => Object.hasOwn(record, name))
    return alias === undefined ? undefined : record[alias]
  }

  function createFinder(field: string): Finder {
    const finder: Finder = {
      isMissing: false,
      isFound: false,
      find(record) {
        // JSON has no undefined. What objects inherit, such as `constructor`, is not the name of a field.
        const usual = record[field]
        if (usual !== undefined) {
          finder.isFound = true
          return usual
        }
        if (isOfAnotherList(record, field)) return undefined
        const value = findAlias(record, field)
        if (value === undefined) finder.isMissing = true
        else finder.isFound = true
        return value
      },
    }
    finders.set(field, finder)
    aliases.set(field, [])
    // Names that were compared before can be spellings of this field.
    known.clear()
    learned = undefined
    return finder
  }

  const finderOf = (field: string) => (finders.get(field) ?? createFinder(field)).find

  return {
    valueOf: (record, field) => finderOf(field)(record),
    finderOf,
    missing: () =>
      [...finders].flatMap(([field, { isFound, isMissing }]) => (isMissing && !isFound ? [field] : [])),
  }
}

interface Finder {
  /** Whether at least one record does not have the field. */
  isMissing: boolean
  isFound: boolean
  readonly find: (record: JsonRecord) => unknown
}

// A response may have any number of names. Those of a real one are below 100, and a field has one or two spellings.
const MAX_NAMES = 1000
const MAX_SPELLINGS = 20

/** Whether a record of a nested list is asked for a field of another list: it cannot have it, and that is no fault. */
function isOfAnotherList(record: JsonRecord, field: string): boolean {
  const dot = field.indexOf('.')
  if (dot === -1) return false
  const list = field.slice(0, dot + 1)
  for (const name in record) return !name.startsWith(list)
  return true
}
