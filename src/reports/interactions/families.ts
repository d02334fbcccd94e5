import { readListLength } from '../../wolkvox/values.ts'
import { fieldGauge } from '../report.ts'

/** Every family of the report. */
export const interactionFamilies = [
  fieldGauge(
    'active_interactions',
    'wolkvox_agent_active_interactions',
    readListLength,
    'Interactions that the agent handles',
  ),
]
