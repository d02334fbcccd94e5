import { type Category, categoryOf } from './categories.ts'
import { UNPARSABLE } from './parse.ts'
import type { Agent, Columns, RecordRejection, Rejections } from './snapshot.ts'
import { type Reader, type Reading, type ReadingContext, readText, UNREADABLE } from './values.ts'

/** How each numeric field is read, under wolkvox's own name for it. */
export type FieldReaders = Readonly<Record<string, Reader<number>>>

/** Fields whose value is a text; they are in every record, whatever the numeric ones are. */
export const textFields = ['agent_name', 'agent_status'] as const

/** The agents of an answer, with what was left out. */
export interface ReadRecords {
  readonly agents: readonly Agent[]
  readonly columns: Columns
  readonly rejections: Rejections
}

/**
 * Reads records one by one, so that a bad record costs that record, a bad value that value.
 *
 * A record without a readable `agent_id` is left out, and of two with the same id the first stays. A state that cannot
 * be read is counted and stands as unknown: the agent is there, so it has to be in one of the categories.
 *
 * @param records as JSON gave them: anything at all, {@link UNPARSABLE} in place of one that is not JSON
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
  // An operation has a few states, each of many agents.
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
