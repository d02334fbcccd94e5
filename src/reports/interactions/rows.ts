import type { z } from 'zod'
import { type AgentIdentity, identityReader, storedIdentity } from '../agent-identity.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'

const identity = identityReader('agent_id')

export const agentKeyOf = identity.keyOf

/** Makes a reader of agents. Names, subjects and dates of customers are never read. */
export function createAgentReader(settings: RowSettings) {
  return (id: string, _value: FieldValue, take: Take): AgentIdentity => identity.read(id, take, settings)
}

/** An agent as an earlier process has stored it. */
export const storedAgent: z.ZodType<AgentIdentity> = storedIdentity
