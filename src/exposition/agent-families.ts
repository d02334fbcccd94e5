import type { Agent } from '../wolkvox/snapshot.ts'
import { type Reader, readCount, readDuration, readLoginTime, readPercentage } from '../wolkvox/values.ts'
import type { Family, Labels } from './family.ts'

/** A family with at most one sample an agent. */
export interface AgentFamily extends Family {
  /** wolkvox's name for the field it comes from. */
  readonly field: string
  /** How the field is read, where it is a number. */
  readonly read?: Reader<number>
  /**
   * @param number of the field; `NaN` where the agent has none, or where the field is no number
   * @returns the sample's value; `NaN` leaves the agent out of this family
   */
  readonly value: (number: number, fetchedAt: number) => number
  /** Labels after those that every family of agents has. */
  readonly labels?: (agent: Agent) => Labels
}

/** The labels that identify an agent, in their order. */
export const agentLabels = ['operation', 'agent_id', 'agent_name'] as const

/**
 * Every family of agents, in the order in which they are written. The reader of records, the writer, the documentation and
 * the tests all read this table: a field more is a line more.
 */
export const agentFamilies: readonly AgentFamily[] = [
  measured('calls', 'wolkvox_agent_calls', readCount, 'Calls handled today: inbound, outbound and internal'),
  measured('inbound', 'wolkvox_agent_inbound_calls', readCount, 'Inbound calls handled today'),
  measured('outbound', 'wolkvox_agent_outbound_calls', readCount, 'Outbound calls handled today'),
  measured('internal', 'wolkvox_agent_internal_calls', readCount, 'Internal calls handled today'),
  measured(
    'time_state_now',
    'wolkvox_agent_time_in_state_seconds',
    readDuration,
    'Time in the current state',
  ),
  {
    ...measured(
      'time_state_now',
      'wolkvox_agent_state_start_timestamp_seconds',
      readDuration,
      'When the current state began: moment of the fetch less the time in state',
    ),
    value: stateStart,
  },
  measured('ready_time', 'wolkvox_agent_ready_seconds', readDuration, 'Time spent ready today'),
  measured(
    'inbound_time',
    'wolkvox_agent_inbound_seconds',
    readDuration,
    'Time spent on inbound calls today',
  ),
  measured(
    'outbound_time',
    'wolkvox_agent_outbound_seconds',
    readDuration,
    'Time spent on outbound calls today',
  ),
  measured('acw_time', 'wolkvox_agent_acw_seconds', readDuration, 'Time spent in after-call work today'),
  measured('ring_time', 'wolkvox_agent_ring_seconds', readDuration, 'Time spent ringing today'),
  measured('login_time', 'wolkvox_agent_login_seconds', readLoginTime, 'Time logged in today'),
  measured('aht_time', 'wolkvox_agent_aht_seconds', readDuration, 'Average handle time today'),
  measured(
    'ocupation',
    'wolkvox_agent_occupancy_ratio',
    readPercentage,
    'Occupancy today, 0 to 1 and beyond',
  ),
  measured('aux_time', 'wolkvox_agent_aux_seconds', readDuration, 'Time spent in auxiliary states today'),
  {
    field: 'agent_status',
    name: 'wolkvox_agent_state',
    type: 'gauge',
    help: help('The state the agent is in, always 1', 'agent_status'),
    value: () => 1,
    labels: ({ state, category }) => ({ state, category }),
  },
]

/** How each numeric field is read, once a field. */
export const fieldReaders: Readonly<Record<string, Reader<number>>> = Object.fromEntries(
  agentFamilies.flatMap(({ field, read }) => (read === undefined ? [] : [[field, read]])),
)

function measured(field: string, name: string, read: Reader<number>, meaning: string): AgentFamily {
  return {
    field,
    name,
    type: 'gauge',
    help: help(meaning, field),
    read,
    value: (number) => number,
  }
}

/** Seconds since 1970, to the millisecond; a time in state that reaches back before 1970 has no such start. */
function stateStart(timeInState: number, fetchedAt: number): number {
  const start = Math.round(fetchedAt - timeInState * 1000) / 1000
  return start >= 0 ? start : Number.NaN
}

function help(meaning: string, field: string): string {
  return `${meaning}. wolkvox field ${field}, as old as the last refresh.`
}
