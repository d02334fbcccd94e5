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
  // An operation has few states, and each has many agents, which share its text.
  const states = new Map<string, { readonly state: string; readonly category: Category }>()

  return (id: string, _value: FieldValue, take: Take): Agent | undefined => {
    const text = take('agent_status', readText) ?? ''
    let known = states.get(text)
    if (known === undefined) {
      known = { state: text, category: categoryOf(text, settings.states) }
      states.set(text, known)
    }
    const { state, category } = known
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
