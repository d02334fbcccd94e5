import { aboutAgents } from '../agent-identity.ts'
import { defineReport } from '../report.ts'
import { chatFamilies } from './families.ts'
import { createChatAgentReader, storedChatAgent } from './rows.ts'

/** How many chats each agent handles now. */
export const chats = defineReport({
  ...aboutAgents,
  name: 'chats',
  path: '/api/v2/real_time.php?api=chats',
  defaultIntervalMs: 300_000,
  // A record contains the conversations of all chats of the agent.
  maxRecordBytes: 4 * 2 ** 20,
  rowFields: ['agent_id', 'active_chats'],
  createRowReader: createChatAgentReader,
  families: chatFamilies,
  storedRow: storedChatAgent,
})
