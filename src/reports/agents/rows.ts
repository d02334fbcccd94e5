import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Labels } from '../../model/family.ts'
import { readText } from '../../wolkvox/values.ts'
import type { AgentNameMode, JsonRecord, RowSettings, TakeText } from '../report.ts'
import { type Category, categoryOf } from './categories.ts'

/** One agent of the report. */
export interface Agent {
  readonly id: string
  /** As it is exposed; empty if there is none or it is omitted. */
  readonly name: string
  /** Text of `agent_status`; empty if there is none. */
  readonly state: string
  readonly category: Category
}

/** @returns the agent's id, or `undefined` if the record has no readable one */
export function agentKeyOf(record: JsonRecord): string | undefined {
  const id = readText(record.agent_id)
  return typeof id === 'string' ? id : undefined
}

/**
 * Makes a reader of agents. An unreadable state is counted and exposed as unknown: the agent is there, so it belongs to one of
 * the categories.
 */
export function createAgentReader({ name: operation, agentName }: RowSettings) {
  // An operation has few states, and each has many agents.
  const categories = new Map<string, Category>()

  return (id: string, record: JsonRecord, take: TakeText): Agent => {
    const state = take('agent_status', readText(record.agent_status)) ?? ''
    let category = categories.get(state)
    if (category === undefined) {
      category = categoryOf(state)
      categories.set(state, category)
    }
    const name = take('agent_name', readText(record.agent_name)) ?? ''
    return { id, name: exposedName(name, agentName, operation), state, category }
  }
}

/** The labels that identify an agent. */
export function agentLabelsOf({ id, name }: Agent): Labels {
  return { agent_id: id, agent_name: name }
}

/** An agent as an earlier process has stored it. */
export const storedAgent: z.ZodType<Agent> = z
  .object({ id: z.string().min(1), name: z.string(), state: z.string() })
  // The rules that derive the category may have changed since.
  .transform((agent) => ({ ...agent, category: categoryOf(agent.state) }))

/** Names stored under another setting may be names that have to be hidden now. */
export function agentPrivacyOf({ agentName }: RowSettings): string {
  return agentName
}

// 16 hex digits: 64 bits distinguish the names of any operation.
const PSEUDONYM_LENGTH = 16

/**
 * The value of the label `agent_name`. A pseudonym is the same for the same name within an operation and differs between
 * operations. It hides names from readers, but a reader with a list of names can try each of them.
 */
export function exposedName(name: string, mode: AgentNameMode, operation: string): string {
  if (mode === 'omit' || name === '') return ''
  if (mode === 'plain') return name
  return createHash('sha256').update(`${operation}\0${name}`).digest('hex').slice(0, PSEUDONYM_LENGTH)
}
