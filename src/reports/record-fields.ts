import type { AnyReport, JsonRecord } from './report.ts'

/** Finds the fields of records by wolkvox's names, and notes which ones no record has. */
export interface RecordFields {
  /** The value of a field as JSON gave it; `undefined` if the record does not have it. */
  valueOf(record: JsonRecord, field: string): unknown
  /** The fields that were looked for and that no record had. */
  missing(): readonly string[]
}

/**
 * Finds fields under their names, or under another spelling: another case, outer spaces, or a known other name. A vendor that
 * changes the case of a name must not make the data disappear.
 *
 * Looking for other spellings costs time only if a record does not have the field under its usual name.
 */
export function createRecordFields({ spellings = {} }: Pick<AnyReport, 'spellings'>): RecordFields {
  const canonicalNames = new Map(
    Object.entries(spellings).flatMap(([field, others]) => others.map((other) => [other, field])),
  )
  // The names of fields in records that are not the usual ones, by the usual name in lower case.
  const aliases = new Map<string, string[]>()
  const known = new Set<string>()
  const found = new Map<string, boolean>()
  let learned: JsonRecord | undefined

  function learnNames(record: JsonRecord): void {
    if (record === learned) return
    learned = record
    for (const name of Object.keys(record)) {
      if (known.size >= MAX_NAMES) return
      if (known.has(name)) continue
      known.add(name)
      const normalized = name.trim().toLowerCase()
      const canonical = canonicalNames.get(normalized) ?? normalized
      aliases.set(canonical, [...(aliases.get(canonical) ?? []), name])
    }
  }

  function findAlias(record: JsonRecord, field: string): unknown {
    learnNames(record)
    const alias = aliases.get(field)?.find((name) => Object.hasOwn(record, name))
    return alias === undefined ? undefined : record[alias]
  }

  return {
    valueOf(record, field) {
      // JSON has no undefined. What objects inherit, such as `constructor`, is not the name of a field.
      const usual = record[field]
      if (usual === undefined && isOfAnotherList(record, field)) return undefined
      const value = usual === undefined ? findAlias(record, field) : usual
      if (found.get(field) !== true) found.set(field, value !== undefined)
      return value
    },
    missing: () => [...found].flatMap(([field, isFound]) => (isFound ? [] : [field])),
  }
}

// A response may have any number of names. Those of a real one are below 100.
const MAX_NAMES = 1000

/** Whether a record of a nested list is asked for a field of another list: it cannot have it, and that is no fault. */
function isOfAnotherList(record: JsonRecord, field: string): boolean {
  const dot = field.indexOf('.')
  if (dot === -1) return false
  const list = field.slice(0, dot + 1)
  for (const name in record) return !name.startsWith(list)
  return true
}
