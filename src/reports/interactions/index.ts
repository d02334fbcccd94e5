import { agentLabelNames, agentLabelsOf, agentPrivacyOf } from '../agent-identity.ts'
import { defineReport } from '../report.ts'
import { interactionFamilies } from './families.ts'
import { agentKeyOf, createAgentReader, storedAgent } from './rows.ts'

/** How many interactions each agent handles now. */
export const interactions = defineReport({
  name: 'interactions',
  path: '/api/v2/real_time.php?api=interactions',
  defaultIntervalMs: 300_000,
  // A record contains the subjects of all interactions of the agent.
  maxRecordBytes: 4 * 2 ** 20,
  rowFields: ['agent_id'],
  keyOf: agentKeyOf,
  createRowReader: createAgentReader,
  labelNames: agentLabelNames,
  labelsOf: agentLabelsOf,
  families: interactionFamilies,
  storedRow: storedAgent,
  privacyOf: agentPrivacyOf,
})
