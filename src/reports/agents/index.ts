import { aboutAgents, agentIdentity } from '../agent-identity.ts'
import { defineReport } from '../report.ts'
import { agentFamilies, unknownInGroups } from './families.ts'
import { createAgentReader, restoreAgent, storedAgent } from './rows.ts'

/** What each agent does now, and the totals of each agent's day. */
export const agents = defineReport({
  ...aboutAgents,
  name: 'agents',
  path: '/api/v2/real_time.php?api=agents',
  // wolkvox's page of this report suggests this interval.
  defaultIntervalMs: 300_000,
  // Tolerated, not known: wolkvox documents a misspelled name, and may correct it.
  spellings: { ocupation: ['occupation'] },
  rowFields: ['agent_id', 'agent_name', 'agent_status'],
  agentOf: (value) => agentIdentity.agentOf(value, 'agent_name'),
  createRowReader: createAgentReader,
  families: agentFamilies,
  unknownInGroups,
  storedRow: storedAgent,
  restoreRow: restoreAgent,
})
