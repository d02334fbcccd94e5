import type { z } from 'zod'
import type { Family, Labels, Sample } from '../model/family.ts'
import type { Reader, Reading } from '../wolkvox/values.ts'

/** One record of a response, as JSON gave it. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** How an agent's name is exposed: unchanged, as a pseudonym, or not at all. */
export const agentNameModes = ['plain', 'hash', 'omit'] as const

export type AgentNameMode = (typeof agentNameModes)[number]

/** The settings of an operation that decide how a row looks. */
export interface RowSettings {
  /** Name of the operation. */
  readonly name: string
  readonly agentName: AgentNameMode
}

/** Returns the value that was read. An unreadable value is counted under wolkvox's name of the field and becomes `undefined`. */
export type TakeText = (field: string, reading: Reading<string>) => string | undefined

/**
 * One report of the wolkvox API: its request, how its records are read, and the metrics that they become. Every report has a
 * folder with the same files: `index.ts` (this interface), `rows.ts` (identity and labels of a row, privacy) and `families.ts`
 * (fields, readers and metrics).
 *
 * @typeParam Row the texts of one record. Plain data: rows are stored as JSON and cross threads
 */
export interface Report<Row> {
  /** Value of the label `report` and of `WOLKVOX_REPORTS`. */
  readonly name: string
  /** Path and query below the base URL. */
  readonly path: string
  readonly defaultIntervalMs: number
  /** Whether an empty response is malformed. */
  readonly needsRecord?: boolean
  /** wolkvox's names of the fields whose values are texts of a row. */
  readonly textFields: readonly string[]
  /**
   * The text that identifies a record within a response. The first of several records with the same key is used.
   *
   * @returns `undefined` if the record has none and has to be rejected as `missing_id`
   */
  readonly keyOf: (record: JsonRecord) => string | undefined
  /** Makes a reader of rows for one response. */
  readonly createRowReader: (
    settings: RowSettings,
  ) => (key: string, record: JsonRecord, take: TakeText) => Row
  /** Names of the labels that identify a row, after `operation`. */
  readonly labelNames: readonly string[]
  /** Values of these labels. Every row has all of them. */
  readonly labelsOf: (row: Row) => Labels
  /** In the order in which they are exposed. */
  readonly families: readonly ReportFamily<Row>[]
  /** Checks a row that an earlier process has stored. */
  readonly storedRow: z.ZodType<Row>
  /** Names the privacy settings that stored rows depend on: rows stored under another value are discarded. */
  readonly privacyOf: (settings: RowSettings) => string
}

/** A family with at most one sample for each row. */
export interface RowFamily<Row> extends Family {
  /** wolkvox's name of the field that it comes from. */
  readonly field: string
  /** Reads the field. Absent if the field is a text. */
  readonly read?: Reader<number>
  /**
   * @param number of the field; `NaN` if the row has none, or if the field is a text
   * @param fetchedAt milliseconds since 1970
   * @returns the sample's value; `NaN` leaves the row out of this family
   */
  readonly value: (number: number, fetchedAt: number) => number
  /** Labels after those of the row. */
  readonly labels?: (row: Row) => Labels
}

/** A family about all rows together. */
export interface SummaryFamily<Row> extends Family {
  /** Samples without the label `operation`. */
  readonly samples: (rows: readonly Row[]) => readonly Sample[]
}

export type ReportFamily<Row> = RowFamily<Row> | SummaryFamily<Row>

/** A report whose rows only its own functions read. */
export type AnyReport = Report<unknown>

/** Hides the type of a report's rows, so that different reports fit into one list. */
export function defineReport<Row>(report: Report<Row>): AnyReport {
  // Safe: rows reach a report's functions only from its own row reader, or through its own schema.
  return report as unknown as AnyReport
}

/** A gauge with the number of a field, one sample for each row. */
export function fieldGauge(field: string, name: string, read: Reader<number>, meaning: string) {
  return { field, name, type: 'gauge', help: fieldHelp(meaning, field), read, value: identity } as const
}

/** Help of a family that comes from a field. */
export function fieldHelp(meaning: string, field: string): string {
  return `${meaning}. wolkvox field ${field}, as old as the last refresh.`
}

const identity = (number: number): number => number

/** wolkvox's names of all fields that a report reads: the values of the label `field`. */
export function fieldsOf({ textFields, families }: AnyReport): readonly string[] {
  return [...textFields, ...Object.keys(numericFields(families))]
}

/** How each numeric field is read. A field of several families is read once. */
export function numericFields(
  families: readonly ReportFamily<never>[],
): Readonly<Record<string, Reader<number>>> {
  return Object.fromEntries(
    families.flatMap((family) =>
      'read' in family && family.read !== undefined ? [[family.field, family.read]] : [],
    ),
  )
}
