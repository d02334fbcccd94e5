import { agentLabelNames } from '../agent-identity.ts'
import { agentPrivacyOf } from '../agent-privacy.ts'
import { defineReport } from '../report.ts'
import { latencyFamilies } from './families.ts'
import {
  ADDRESS_FIELD,
  agentOf,
  createNetworkEndReader,
  endsPrivacyProblem,
  networkEndKeyOf,
  networkEndLabelsOf,
  rowFields,
  storedNetworkEnd,
} from './rows.ts'

/** The network between the agents and wolkvox, and that of the trunks. Only agents with an active session are in it. */
export const latency = defineReport({
  name: 'latency',
  path: '/api/v2/real_time.php?api=latency',
  defaultIntervalMs: 900_000,
  // The addresses in `by_ip` are personal data, so they are not read.
  nestedLists: ['by_agent', 'by_pbx'],
  comparedFields: [ADDRESS_FIELD],
  rowFields,
  keyOf: networkEndKeyOf,
  agentOf,
  createRowReader: createNetworkEndReader,
  labelNames: agentLabelNames,
  labelsOf: networkEndLabelsOf,
  families: latencyFamilies,
  storedRow: storedNetworkEnd,
  privacyOf: agentPrivacyOf,
  privacyProblemOf: endsPrivacyProblem,
})
