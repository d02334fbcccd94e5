import type { RecordRejection, Rejections } from '../model/rejections.ts'
import { createSecretFinder, type Secret } from '../secret.ts'
import { WolkvoxFailure } from '../wolkvox/failure.ts'
import { UNPARSABLE } from '../wolkvox/parse.ts'
import { createRedactor, type SecretSettings, secretsOf } from '../wolkvox/redaction.ts'
import { type ApiResponse, recordsOf } from '../wolkvox/response.ts'
import { createTraceFinder } from '../wolkvox/secret-traces.ts'
import { isFutureDate, isObject, type Reader, UNREADABLE } from '../wolkvox/values.ts'
import type { KeepsAgent } from './agent-filter.ts'
import { createRecordFields } from './record-fields.ts'
import { type AnyReport, fieldsOf, type JsonRecord, numericFields, type RowSettings } from './report.ts'

/**
 * The numbers of all rows, in the order of the rows, under wolkvox's name of the field; `NaN` if a row has none. By field
 * rather than by row, because families are written one by one, and without an object for the numbers of each row.
 */
export type Columns = Readonly<Record<string, readonly number[]>>

/** One report of one operation at a moment: made by a refresh, never changed. */
export interface Snapshot {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** Only the report's own functions know what is in a row. */
  readonly rows: readonly unknown[]
  readonly columns: Columns
  /** Records in the response, rejected ones included. */
  readonly records: number
  /** Size of the decoded response. */
  readonly bytes: number
}

/** A snapshot, with what was rejected and what was missing. The missing fields can include whole lists. */
export interface ReadReport extends Pick<ReadRecords, 'rejections' | 'missingFields' | 'excludedIds'> {
  readonly snapshot: Snapshot
}

/** The settings of an operation that reading a report needs. */
export interface ReportSource extends RowSettings, SecretSettings {
  /** The compiled `agentFilter`. */
  readonly keepsAgent?: KeepsAgent | undefined
  /** IANA time zone of the times in the response. */
  readonly timeZone: string
}

// Each text is repeated in up to 16 families: 4 MiB of texts make a body of 64 MiB. 60,000 agents with usual names take 2 MiB.
const MAX_TEXT_BYTES = 4 * 2 ** 20

/**
 * Reads a response into a snapshot.
 *
 * @throws WolkvoxFailure if the response has no records of a report, or its texts are too large to be exposed in every family
 */
export function readReport(report: AnyReport, response: ApiResponse, source: ReportSource): ReadReport {
  const secrets = secretsOf(source)
  const shape = { ...report, fields: fieldsOf(report) }
  const { records, missingLists } = recordsOf(response, createRedactor(...secrets), shape)
  const { fetchedAt } = response
  const { rows, columns, rejections, missingFields, excludedIds } = readRecords(
    report,
    records,
    source,
    fetchedAt,
    secrets,
  )
  if (sizeOfTexts(rows) > MAX_TEXT_BYTES) {
    throw new WolkvoxFailure(
      'too_large',
      `the texts of all records are larger than ${MAX_TEXT_BYTES} bytes together`,
    )
  }
  const rejected = Object.values(rejections.records).reduce((sum, count) => sum + count, 0)
  return {
    snapshot: {
      fetchedAt,
      rows,
      columns,
      records: rows.length + rejected + excludedIds.length,
      bytes: response.body.length,
    },
    rejections,
    missingFields: [...missingLists, ...missingFields],
    excludedIds,
  }
}

/** The rows of a response, with what was rejected and what was missing. */
export interface ReadRecords {
  readonly rows: readonly unknown[]
  readonly columns: Columns
  readonly rejections: Rejections
  /** Ids, as wolkvox sends them, of the agents that the filter leaves out: one for each record. They are not stored. */
  readonly excludedIds: readonly string[]
  /** wolkvox's names of the fields that no record has. */
  readonly missingFields: readonly string[]
}

/**
 * Reads records one by one: a bad record costs only that record, a bad value only that value.
 *
 * @param records anything that JSON can be, {@link UNPARSABLE} in place of a record that is not JSON
 * @param fetchedAt milliseconds since 1970
 * @param secrets a text with one of them counts as unreadable
 */
export function readRecords(
  report: AnyReport,
  records: Iterable<unknown>,
  source: Omit<ReportSource, 'token'>,
  fetchedAt: number,
  secrets: readonly Secret[] = [],
): ReadRecords {
  const context = { fetchedAt, timeZone: source.timeZone }
  const readRow = report.createRowReader(source)
  const fields = createRecordFields(report)
  const columns = Object.entries(numericFields(report.families)).map(([field, read]) => ({
    field,
    read,
    find: fields.finderOf(field),
    numbers: [] as number[],
  }))
  const rows: unknown[] = []
  const keys = new Set<string>()
  const rejectedRecords: Partial<Record<RecordRejection, number>> = {}
  const rejectedValues: Record<string, number> = {}

  const finders = secrets.map((secret) => createSecretFinder(secret.reveal()))
  const traceFinders = secrets.map((secret) => createTraceFinder(secret.reveal()))
  /** A server that repeats the token in a record, or a proxy that repeats its password, must not make it a label, in any form. */
  const isSecret = (value: unknown) => {
    if (typeof value === 'number' || value === undefined) return false
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (finders.some((containsSecret) => containsSecret(text))) return true
    // Other values are made of numbers and of words of this program.
    return typeof value === 'string' && traceFinders.some((hasTrace) => hasTrace(text))
  }

  const { keepsAgent } = source
  const excludedIds: string[] = []
  let futureDates = 0
  let current: JsonRecord = {}
  const value = (field: string) => fields.valueOf(current, field)

  const take = <T>(field: string, read: Reader<T>) => accept(field, read, fields.valueOf(current, field))

  function accept<T>(field: string, read: Reader<T>, value: unknown): T | undefined {
    const reading = read(value, context)
    if (reading !== UNREADABLE && !isSecret(reading)) return reading
    rejectedValues[field] = (rejectedValues[field] ?? 0) + 1
    if (reading === UNREADABLE && isFutureDate(value, context)) futureDates += 1
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
    current = record
    const key = report.keyOf(value)
    if (key === undefined || isSecret(key)) {
      reject('missing_id')
      continue
    }
    if (keepsAgent !== undefined) {
      const agent = report.agentOf?.(value)
      if (agent !== undefined && !keepsAgent(agent.id, agent.name)) {
        excludedIds.push(agent.id)
        continue
      }
    }
    if (keys.has(key)) {
      reject('duplicate')
      continue
    }
    keys.add(key)
    const row = readRow(key, value, take)
    if (row === undefined) {
      reject('missing_id')
      continue
    }
    rows.push(row)
    for (const { field, read, find, numbers } of columns) {
      numbers.push(accept(field, read, find(record)) ?? Number.NaN)
    }
  }
  return {
    rows,
    columns: Object.fromEntries(columns.map(({ field, numbers }) => [field, numbers])),
    rejections: {
      records: rejectedRecords,
      values: rejectedValues,
      ...(futureDates > 0 && { futureDates }),
    },
    missingFields: fields.missing().filter((field) => !report.comparedFields?.includes(field)),
    excludedIds,
  }
}

function sizeOfTexts(rows: readonly unknown[]): number {
  let size = 0
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    for (const name in row) {
      const value = row[name]
      if (typeof value === 'string') size += Buffer.byteLength(value)
    }
  }
  return size
}
