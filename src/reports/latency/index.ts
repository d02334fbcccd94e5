import { agentLabelNames, agentPrivacyOf } from '../agent-identity.ts'
import { defineReport } from '../report.ts'
import { latencyFamilies } from './families.ts'
import { createEndpointReader, endpointKeyOf, endpointLabelsOf, rowFields, storedEndpoint } from './rows.ts'

/** The network between the agents and wolkvox, and that of the trunks. Only agents with an active session are in it. */
export const latency = defineReport({
  name: 'latency',
  path: '/api/v2/real_time.php?api=latency',
  defaultIntervalMs: 900_000,
  // The addresses in `by_ip` are personal data, so they are not read.
  nestedLists: ['by_agent', 'by_pbx'],
  rowFields,
  keyOf: endpointKeyOf,
  createRowReader: createEndpointReader,
  labelNames: agentLabelNames,
  labelsOf: endpointLabelsOf,
  families: latencyFamilies,
  storedRow: storedEndpoint,
  privacyOf: agentPrivacyOf,
})
