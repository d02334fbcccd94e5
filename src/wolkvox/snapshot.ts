import type { Category } from './categories.ts'

/** One agent of the report. */
export interface Agent {
  readonly id: string
  /** The name to show; empty if there is none or it is omitted. */
  readonly name: string
  /** Text of `agent_status`, empty if there is none. */
  readonly state: string
  readonly category: Category
}

/**
 * The numbers of all agents in the agents' order, by wolkvox's name of the field; `NaN` if an agent has none. They are
 * stored by field because the exposition writes them by field, and to save one object for each agent.
 */
export type Columns = Readonly<Record<string, readonly number[]>>

/** The agents of one operation at one time: the result of a refresh. */
export interface Snapshot {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  readonly agents: readonly Agent[]
  readonly columns: Columns
  /** Records in the response, rejected ones included. */
  readonly records: number
  /** Size of the decoded response. */
  readonly bytes: number
}

export const recordRejections = ['missing_id', 'duplicate', 'not_an_object', 'unparsable'] as const

export type RecordRejection = (typeof recordRejections)[number]

/** How many records and values were rejected; zero counts can be missing. */
export interface Rejections {
  readonly records: Readonly<Partial<Record<RecordRejection, number>>>
  /** Values that could not be read, by wolkvox's name of the field. */
  readonly values: Readonly<Record<string, number>>
}
