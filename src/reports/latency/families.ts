import type { Sample } from '../../model/family.ts'
import { readMilliseconds, readPercentage, readTimestamp } from '../../wolkvox/values.ts'
import { agentLabelNames, agentLabelsOf } from '../agent-identity.ts'
import { fieldGauge, fieldGauges, fieldHelp, type ReportFamily } from '../report.ts'
import { directions, type NetworkEnd, type Pbx } from './rows.ts'

/** Every family of the report, in the order in which they are exposed. */
export const latencyFamilies: readonly ReportFamily<NetworkEnd>[] = [
  fieldGauge(
    'by_agent.latency_ms',
    'wolkvox_agent_network_latency_seconds',
    readMilliseconds,
    "Latency of the agent's connection",
  ),
  ...fieldGauges(
    'wolkvox_agent_network_jitter_seconds',
    readMilliseconds,
    "Jitter of the agent's connection, by direction",
    { 'by_agent.rx_jitter': { direction: 'rx' }, 'by_agent.tx_jitter': { direction: 'tx' } },
  ),
  ...fieldGauges(
    'wolkvox_agent_network_packet_loss_ratio',
    readPercentage,
    "Share of the packets that are lost on the agent's connection, 0 to 1, by direction",
    { 'by_agent.rx_ploss': { direction: 'rx' }, 'by_agent.tx_ploss': { direction: 'tx' } },
  ),
  fieldGauge(
    'by_agent.network_rejection',
    'wolkvox_agent_network_rejection_ratio',
    readPercentage,
    "Share of the agent's calls that the network rejects, 0 to 1; should not exceed 0.01",
  ),
  fieldGauge(
    'by_agent.last_date',
    'wolkvox_agent_network_measured_timestamp_seconds',
    readTimestamp,
    "When the agent's connection was measured",
  ),
  {
    name: 'wolkvox_agent_client_info',
    type: 'gauge',
    help: fieldHelp(
      'How the agent is connected, always 1',
      'by_agent.connection_type',
      'by_agent.platform',
      'by_agent.version',
    ),
    labelNames: [...agentLabelNames, 'connection_type', 'platform', 'version'],
    samples: (rows) =>
      rows.flatMap((row) =>
        row.kind === 'agent'
          ? {
              labels: {
                ...agentLabelsOf(row),
                connection_type: row.connectionType,
                platform: row.platform,
                version: row.version,
              },
              value: 1,
            }
          : [],
      ),
  },
  {
    name: 'wolkvox_pbx_jitter_seconds',
    type: 'gauge',
    help: fieldHelp('Jitter of the trunk, by direction', 'by_pbx.rx_jitter', 'by_pbx.tx_jitter'),
    labelNames: ['pbx', 'direction'],
    samples: (rows) => rows.flatMap((row) => (row.kind === 'pbx' ? samplesOf(row, 'jitter') : [])),
  },
  {
    name: 'wolkvox_pbx_packet_loss_ratio',
    type: 'gauge',
    help: fieldHelp(
      'Share of the packets that are lost on the trunk, 0 to 1, by direction',
      'by_pbx.rx_ploss',
      'by_pbx.tx_ploss',
    ),
    labelNames: ['pbx', 'direction'],
    samples: (rows) => rows.flatMap((row) => (row.kind === 'pbx' ? samplesOf(row, 'packetLoss') : [])),
  },
]

function samplesOf(row: Pbx, numbers: 'jitter' | 'packetLoss'): readonly Sample[] {
  return directions.flatMap((direction) => {
    const value = row[numbers][direction]
    return value === undefined ? [] : { labels: { pbx: row.pbx, direction }, value }
  })
}
