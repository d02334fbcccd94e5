import type { z } from 'zod'
import type { Groups } from '../groups/groups.ts'
import type { Family, Labels, Sample } from '../model/family.ts'
import type { Secret } from '../secret.ts'
import type { Reader } from '../wolkvox/values.ts'
import type { AgentFilter } from './agent-filter.ts'

/** One record of a response, as JSON gave it. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** How an agent's name is exposed: unchanged, as a pseudonym, or not at all. */
export const agentNameModes = ['plain', 'hash', 'omit'] as const

export type AgentNameMode = (typeof agentNameModes)[number]

/** How an agent's id is exposed: unchanged, or as a pseudonym. */
export const agentIdModes = ['plain', 'hash'] as const

export type AgentIdMode = (typeof agentIdModes)[number]

/** Values of the settings that only one report has, by their names in the settings table. */
export type ReportParameters = Readonly<Record<string, number>>

/** The settings of an operation that decide how a report is requested and how a row looks. */
export interface RowSettings {
  /** Name of the operation. */
  readonly name: string
  readonly agentName: AgentNameMode
  /** Which agents are read; absent: all. */
  readonly agentFilter?: AgentFilter
  /** Categories of states that replace the usual ones, by the normalized text of the state; absent if there are none. */
  readonly states?: Readonly<Record<string, string>>
  /** Default: unchanged. */
  readonly agentId?: AgentIdMode | undefined
  /** Key of the pseudonyms. The configuration has one wherever a mode needs it. */
  readonly hashKey?: Secret | undefined
  /** Of the report; absent if it has none. */
  readonly parameters?: ReportParameters | undefined
  /** Labels of agents, from a file of the operator. */
  readonly groups?: Groups | undefined
}

/** What ids that are exposed unchanged seem to be. */
export type PrivacyProblem =
  | 'ids look like national identity numbers'
  | 'ids contain names'
  /** Names are hidden, so that an id with letters may be the only text that reveals one. */
  | 'ids contain letters'

/** Returns a field of the current record, as JSON gave it, by wolkvox's name. The record may spell the name differently. */
export type FieldValue = (field: string) => unknown

/**
 * Reads a field of the current record. An unreadable value, or one with a secret in it, is counted under wolkvox's name of the
 * field and becomes `undefined`.
 */
export type Take = <T>(field: string, read: Reader<T>) => T | undefined

/**
 * One report of the wolkvox API: its request, how its records are read, and the metrics that they become. Every report has a
 * folder with the same files: `index.ts` (this interface), `rows.ts` (identity and labels of a row, privacy) and `families.ts`
 * (fields, readers and metrics).
 *
 * Names of fields are compared without case. If the records are in nested lists, the name of a field includes the name of its
 * list: `by_agent.agent_id`.
 *
 * @typeParam Row what is exposed of one record, except for the numbers of {@link RowFamily}. Plain data: rows are stored as JSON
 *   and cross threads
 */
export interface Report<Row> {
  /** Value of the label `report` and of `WOLKVOX_REPORTS`. */
  readonly name: string
  /** Path and query below the base URL. */
  readonly path: string
  /** Names, in the settings table, of the settings that only this report has. */
  readonly ownSettings?: readonly string[]
  /** Values of these settings that change nothing, because every response has what they request. */
  readonly needlessValues?: Readonly<Record<string, readonly number[]>>
  /** Further parameters of the query of the request. */
  readonly queryOf?: (settings: RowSettings) => Readonly<Record<string, string>>
  readonly defaultIntervalMs: number
  /** Whether an empty response is malformed. */
  readonly needsRecord?: boolean
  /**
   * wolkvox's name of the numeric field with the calls of all programs of the account today: they count against the daily limit.
   */
  readonly accountCallsField?: string
  /** The names of the lists with the records, if they are nested in the data. Other lists are not read. */
  readonly nestedLists?: readonly string[]
  /** The largest record. Default: the limit of the response splitter, which is enough for records without lists. */
  readonly maxRecordBytes?: number
  /** Other names under which a field is tolerated, in lower case. Each needs a reason: a wrong guess exposes another number. */
  readonly spellings?: Readonly<Record<string, readonly string[]>>
  /** wolkvox's names of the fields that are only compared with others. Nothing is lost if they are missing. */
  readonly comparedFields?: readonly string[]
  /** wolkvox's names of the fields whose values are part of a row. */
  readonly rowFields: readonly string[]
  /** The same, of the fields that are only there with these parameters. */
  readonly requestedFieldsOf?: (parameters: ReportParameters) => readonly string[]
  /**
   * The text that identifies a record within a response. The first of several records with the same key is used.
   *
   * @returns `undefined` if the record has none and has to be rejected as `missing_id`
   */
  readonly keyOf: (value: FieldValue) => string | undefined
  /** The id and the name, possibly empty, of the agent that a record is about; absent if records are not about agents. */
  readonly agentOf?: (value: FieldValue) => { readonly id: string; readonly name: string } | undefined
  /**
   * Makes a reader of rows for one response.
   *
   * The reader returns `undefined` if the record cannot be exposed without its id, which is hidden: rejected as `missing_id`.
   */
  readonly createRowReader: (
    settings: RowSettings,
  ) => (key: string, value: FieldValue, take: Take) => Row | undefined
  /** Names of the labels that identify a row, after `operation`. */
  readonly labelNames: readonly string[]
  /** Values of these labels. Every row has all of them. */
  readonly labelsOf: (row: Row) => Labels
  /** In the order in which they are exposed. Entries with the same name are one family and follow each other. */
  readonly families: readonly ReportFamily<Row>[]
  /**
   * How many rows of the groups file are about no agent of the response; `undefined` without a file.
   *
   * @param excludedIds ids, as wolkvox sends them, of the agents that the filter leaves out
   */
  readonly unknownInGroups?: (
    rows: readonly Row[],
    excludedIds: readonly string[],
    settings: RowSettings,
  ) => number | undefined
  /** Checks a row that an earlier process has stored. */
  readonly storedRow: z.ZodType<Row>
  /** Derives again what depends on settings that may have changed since a row was stored. */
  readonly restoreRow?: (row: Row, settings: RowSettings) => Row
  /** Why the rows show more of people than is usual; absent if a row is not about a person. */
  readonly privacyProblemOf?: (rows: readonly Row[], settings: RowSettings) => PrivacyProblem | undefined
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
  /** Labels that depend on the settings, instead of `labels`. */
  readonly configuredLabels?: {
    /** Which ones, for the documentation. */
    readonly names: string
    /** Makes the labels for one rendering. @returns `undefined` if the family is not exposed */
    readonly create: (settings: RowSettings) => ((row: Row) => Labels) | undefined
  }
}

/** A family whose samples are not one for each row: about all rows together, or several for a row. */
export interface SummaryFamily<Row> extends Family {
  /** Names of its labels, after `operation`. */
  readonly labelNames: readonly string[]
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

/**
 * A gauge with the number of a field, one sample for each row.
 *
 * @param labels further labels, if several fields make up one family
 */
export function fieldGauge(
  field: string,
  name: string,
  read: Reader<number>,
  meaning: string,
  labels?: Labels,
): RowFamily<unknown> & { readonly read: Reader<number> } {
  const gauge = {
    field,
    name,
    type: 'gauge',
    help: fieldHelp(meaning, field),
    read,
    value: identity,
  } as const
  return labels === undefined ? gauge : { ...gauge, labels: () => labels }
}

/** Gauges that are one family: several fields with the same meaning, told apart by their labels. */
export function fieldGauges(
  name: string,
  read: Reader<number>,
  meaning: string,
  fields: Readonly<Record<string, Labels>>,
): readonly RowFamily<unknown>[] {
  const help = fieldHelp(meaning, ...Object.keys(fields))
  return Object.entries(fields).map(([field, labels]) => ({
    ...fieldGauge(field, name, read, meaning, labels),
    help,
  }))
}

/** Help of a family that comes from fields. */
export function fieldHelp(meaning: string, ...fields: readonly string[]): string {
  return `${meaning}. wolkvox field${fields.length > 1 ? 's' : ''} ${fields.join(', ')}, as old as the last refresh.`
}

const identity = (number: number): number => number

/** Path and query of a report's request. */
export function requestPathOf({ path, queryOf }: AnyReport, settings: RowSettings): string {
  const query = new URLSearchParams(queryOf?.(settings))
  return query.size === 0 ? path : `${path}&${query}`
}

/** wolkvox's names of all fields that a report reads: the values of the label `field`. */
export function fieldsOf(
  { rowFields, requestedFieldsOf, families }: AnyReport,
  parameters: ReportParameters = {},
): readonly string[] {
  const requested = requestedFieldsOf?.(parameters) ?? []
  return [...new Set([...rowFields, ...requested, ...Object.keys(numericFields(families))])]
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
