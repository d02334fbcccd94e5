import type { Sample } from '../../model/family.ts'
import { agentLabelNames, agentLabelsOf } from '../agent-identity.ts'
import { fieldGauge, fieldHelp, type ReportFamily } from '../report.ts'
import { type ChatAgent, readOldestStart } from './rows.ts'

/** Every family of the report, in the order in which they are exposed. */
export const chatFamilies: readonly ReportFamily<ChatAgent>[] = [
  {
    name: 'wolkvox_agent_active_chats',
    type: 'gauge',
    help: fieldHelp(
      'Chats that the agent handles, by channel; 0 with the channel none if there are none',
      'active_chats',
    ),
    labelNames: [...agentLabelNames, 'channel'],
    samples: (agents) => agents.flatMap(chatsOf),
  },
  fieldGauge(
    'active_chats',
    'wolkvox_agent_oldest_chat_start_timestamp_seconds',
    readOldestStart,
    "When the oldest of the agent's active chats began",
  ),
]

function chatsOf(agent: ChatAgent): readonly Sample[] {
  return Object.entries(agent.chats).map(([channel, value]) => ({
    labels: { ...agentLabelsOf(agent), channel },
    value,
  }))
}
