import { type Category, categoryOf } from './categories.ts'
import { UNPARSABLE } from './parse.ts'
import type { Agent, Columns, RecordRejection, Rejections } from './snapshot.ts'
import { type Reader, type Reading, type ReadingContext, readText, UNREADABLE } from './values.ts'

/** The reader of each numeric field, by wolkvox's name of the field. */
export type FieldReaders = Readonly<Record<string, Reader<number>>>

/** Fields whose value is a text. */
export const textFields = ['agent_name', 'agent_status'] as const

/** The agents of a response, and what was rejected. */
export interface ReadRecords {
  readonly agents: readonly Agent[]
  readonly columns: Columns
  readonly rejections: Rejections
}

/**
 * Reads records one by one: a bad record costs only that record, a bad value only that value.
 *
 * A record without a readable `agent_id` is rejected. Of two records with the same id the first counts. A state that
 * cannot be read is counted and becomes unknown, because every agent has to be in a category.
 *
 * @param records any values parsed from JSON, with {@link UNPARSABLE} in place of a record that is not valid JSON
 * @param readName what is shown of an agent's name
 */
export function readRecords(
  records: Iterable<unknown>,
  fields: FieldReaders,
  context: ReadingContext,
  readName: (name: string) => string,
): ReadRecords {
  const columns = Object.entries(fields).map(([field, read]) => ({ field, read, numbers: [] as number[] }))
  const agents = new Map<string, Agent>()
  // Many agents share a few states.
  const categories = new Map<string, Category>()
  const rejectedRecords: Partial<Record<RecordRejection, number>> = {}
  const rejectedValues: Record<string, number> = {}

  function take<T>(field: string, reading: Reading<T>): T | undefined {
    if (reading !== UNREADABLE) return reading
    rejectedValues[field] = (rejectedValues[field] ?? 0) + 1
    return undefined
  }

  function reject(reason: RecordRejection): void {
    rejectedRecords[reason] = (rejectedRecords[reason] ?? 0) + 1
  }

  for (const record of records) {
    if (!isObject(record)) {
      reject(record === UNPARSABLE ? 'unparsable' : 'not_an_object')
      continue
    }
    const id = readText(record.agent_id)
    if (typeof id !== 'string') {
      reject('missing_id')
      continue
    }
    if (agents.has(id)) {
      reject('duplicate')
      continue
    }
    const state = take('agent_status', readText(record.agent_status)) ?? ''
    let category = categories.get(state)
    if (category === undefined) {
      category = categoryOf(state)
      categories.set(state, category)
    }
    for (const { field, read, numbers } of columns) {
      numbers.push(take(field, read(record[field], context)) ?? Number.NaN)
    }
    agents.set(id, {
      id,
      name: readName(take('agent_name', readText(record.agent_name)) ?? ''),
      state,
      category,
    })
  }
  return {
    agents: [...agents.values()],
    columns: Object.fromEntries(columns.map(({ field, numbers }) => [field, numbers])),
    rejections: { records: rejectedRecords, values: rejectedValues },
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
