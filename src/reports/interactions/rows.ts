import { type AgentIdentity, agentIdentity } from '../agent-identity.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'

/** Makes a reader of agents. Names, subjects and dates of customers are never read. */
export function createInteractionAgentReader(settings: RowSettings) {
  return (id: string, _value: FieldValue, take: Take): AgentIdentity | undefined =>
    agentIdentity.read(id, take, settings)
}
