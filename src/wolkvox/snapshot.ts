import type { Category } from './categories.ts'

/** One agent of the report, read. */
export interface Agent {
  readonly id: string
  /** As it is to be shown; empty where there is none or it is omitted. */
  readonly name: string
  /** Text of `agent_status`, empty where there is none. */
  readonly state: string
  readonly category: Category
}

/**
 * The numbers of all agents, in the agents' order, under wolkvox's own name for the field; `NaN` where an agent has none.
 * By field rather than by agent, as they are written, and without an object for each agent's numbers.
 */
export type Columns = Readonly<Record<string, readonly number[]>>

/** The agents of one operation at a moment: the value that a refresh makes and everything after it reads. */
export interface Snapshot {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  readonly agents: readonly Agent[]
  readonly columns: Columns
  /** Records in the answer, those left out included. */
  readonly records: number
  /** Size of the decoded answer. */
  readonly bytes: number
}

export const recordRejections = ['missing_id', 'duplicate', 'not_an_object', 'unparsable'] as const

export type RecordRejection = (typeof recordRejections)[number]

/** How much of an answer was left out; what is zero may be missing. */
export interface Rejections {
  readonly records: Readonly<Partial<Record<RecordRejection, number>>>
  /** Values that could not be read, under wolkvox's own name of the field. */
  readonly values: Readonly<Record<string, number>>
}
