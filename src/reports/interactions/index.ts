import { aboutAgents, storedIdentity } from '../agent-identity.ts'
import { defineReport } from '../report.ts'
import { interactionFamilies } from './families.ts'
import { createInteractionAgentReader } from './rows.ts'

/** How many interactions each agent handles now. */
export const interactions = defineReport({
  ...aboutAgents,
  name: 'interactions',
  path: '/api/v2/real_time.php?api=interactions',
  defaultIntervalMs: 300_000,
  // A record contains the subjects of all interactions of the agent.
  maxRecordBytes: 4 * 2 ** 20,
  rowFields: ['agent_id'],
  createRowReader: createInteractionAgentReader,
  families: interactionFamilies,
  storedRow: storedIdentity,
})
