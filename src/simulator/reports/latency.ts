import { activities, type SimulatedAgent } from '../centre/agent.ts'
import { connectionOf, type Network, type Quality } from '../centre/network.ts'
import { recordLimit } from '../centre/report.ts'
import { compositeId } from './agent-id.ts'

/** Formats a second since midnight of day 0 as `YYYY-MM-DD HH:MM:SS` in the operation's time zone. */
export type FormatDate = (second: number) => string

interface LineQuality {
  readonly tx_jitter: string
  readonly rx_jitter: string
  readonly tx_ploss: string
  readonly rx_ploss: string
}

/** The network of one agent, in the order of wolkvox's documentation. */
export interface AgentLatencyRecord extends LineQuality {
  readonly agent_id: string
  readonly latency_ms: string
  readonly ip: string
  readonly version: string
  readonly agent_status: string
  readonly network_rejection: string
  readonly connection_type: string
  readonly platform: string
  readonly last_date: string
}

/** The agents behind one public address. */
export interface IpLatencyRecord {
  readonly ip: string
  readonly agents: string
  readonly latency_ms: string
}

/** The quality of one trunk. */
export interface PbxLatencyRecord extends LineQuality {
  readonly user: string
  readonly status: string
}

/** The only record of the report. */
export interface LatencyRecord {
  readonly by_agent: readonly AgentLatencyRecord[]
  readonly by_ip: readonly IpLatencyRecord[]
  readonly by_pbx: readonly PbxLatencyRecord[]
}

const trunks = ['troncal_principal', 'troncal_respaldo'] as const

/**
 * The network at `now`, in whole seconds since midnight of day 0, of the agents with an active session.
 *
 * @param stateOf the state that the report of agents shows
 */
export function latencyRecords(
  agents: readonly SimulatedAgent[],
  network: Network,
  now: number,
  formatDate: FormatDate,
  stateOf: (agent: SimulatedAgent) => string = ({ activity }) => activity.state,
): LatencyRecord[] {
  const byAgent = agents
    .map((agent, index) => ({ agent, index }))
    .filter(({ agent }) => agent.activity !== activities.loggedOut)
    .slice(0, recordLimit)
    .map(({ agent, index }) => ({
      ...agentRecord(agent, index, network, now, formatDate),
      agent_status: stateOf(agent),
    }))
  return [{ by_agent: byAgent, by_ip: byAddress(byAgent), by_pbx: pbxRecords(network, now) }]
}

function agentRecord(
  agent: SimulatedAgent,
  index: number,
  network: Network,
  now: number,
  formatDate: FormatDate,
): AgentLatencyRecord {
  const { ip, version, type, platform } = connectionOf(index)
  const measurement = network.measure(index, now, agent.loggedInAt ?? now)
  const { tx_jitter, rx_jitter, tx_ploss, rx_ploss } = lineQuality(measurement)
  return {
    agent_id: compositeId(agent, index),
    latency_ms: formatMilliseconds(measurement.latencyMs),
    ip,
    version,
    agent_status: agent.activity.state,
    tx_jitter,
    rx_jitter,
    tx_ploss,
    rx_ploss,
    network_rejection: `${Math.round(measurement.rejection * 100)}%`,
    connection_type: type,
    platform,
    last_date: formatDate(measurement.measuredAt),
  }
}

function byAddress(records: readonly AgentLatencyRecord[]): IpLatencyRecord[] {
  return [...Map.groupBy(records, ({ ip }) => ip)].map(([ip, agents]) => ({
    ip,
    agents: String(agents.length),
    latency_ms: formatMilliseconds(
      agents.reduce((sum, { latency_ms }) => sum + Number(latency_ms), 0) / agents.length,
    ),
  }))
}

function pbxRecords(network: Network, now: number): PbxLatencyRecord[] {
  return trunks.map((user, index) => ({
    user,
    status: 'OK',
    ...lineQuality(network.measureTrunk(index, now)),
  }))
}

function lineQuality({ txJitterMs, rxJitterMs, txLoss, rxLoss }: Quality): LineQuality {
  return {
    tx_jitter: formatMilliseconds(txJitterMs),
    rx_jitter: formatMilliseconds(rxJitterMs),
    tx_ploss: formatLoss(txLoss),
    rx_ploss: formatLoss(rxLoss),
  }
}

const formatMilliseconds = (milliseconds: number) => String(Math.round(milliseconds))

/** Sister reports write percentages in this form too: `0.00%`. */
const formatLoss = (ratio: number) => `${(ratio * 100).toFixed(2)}%`
