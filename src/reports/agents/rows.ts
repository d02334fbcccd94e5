import { z } from 'zod'
import { readText } from '../../wolkvox/values.ts'
import { type AgentIdentity, agentIdentity, storedIdentity } from '../agent-identity.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'
import { type Category, categoryOf } from './categories.ts'

/** One agent of the report. */
export interface Agent extends AgentIdentity {
  /** Text of `agent_status`; empty if there is none. */
  readonly state: string
  readonly category: Category
}

/**
 * Makes a reader of agents. An unreadable state is counted and exposed as unknown: the agent is there, so it belongs to one of
 * the categories.
 */
export function createAgentReader(settings: RowSettings) {
  // An operation has few states, and each has many agents.
  const categories = new Map<string, Category>()

  return (id: string, _value: FieldValue, take: Take): Agent | undefined => {
    const state = take('agent_status', readText) ?? ''
    let category = categories.get(state)
    if (category === undefined) {
      category = categoryOf(state, settings.states)
      categories.set(state, category)
    }
    const identity = agentIdentity.read(id, take, settings, take('agent_name', readText))
    return identity && { ...identity, state, category }
  }
}

/** The category of a stored agent depends on the rules of this process. */
export function restoreAgent(agent: Agent, { states }: RowSettings): Agent {
  return states === undefined ? agent : { ...agent, category: categoryOf(agent.state, states) }
}

/** An agent as an earlier process has stored it. */
export const storedAgent: z.ZodType<Agent> = storedIdentity
  .extend({ state: z.string() })
  // The rules that derive the category may have changed since.
  .transform((agent) => ({ ...agent, category: categoryOf(agent.state) }))
