import { GROUP, groupTableOf } from '../../groups/groups.ts'
import type { Sample } from '../../model/family.ts'
import { readCount, readDuration, readLoginTime, readPercentage } from '../../wolkvox/values.ts'
import { exposedIdsOf } from '../agent-identity.ts'
import { fieldGauge, fieldHelp, type ReportFamily, type RowFamily, type RowSettings } from '../report.ts'
import { categories } from './categories.ts'
import type { Agent } from './rows.ts'

/** The families with a sample for each agent. A field is one line here: its name, its metric, its reader, its meaning. */
export const agentRowFamilies: readonly RowFamily<Agent>[] = [
  fieldGauge(
    'calls',
    'wolkvox_agent_calls',
    readCount,
    'Calls handled today: inbound, outbound and internal',
  ),
  fieldGauge('inbound', 'wolkvox_agent_inbound_calls', readCount, 'Inbound calls handled today'),
  fieldGauge('outbound', 'wolkvox_agent_outbound_calls', readCount, 'Outbound calls handled today'),
  fieldGauge('internal', 'wolkvox_agent_internal_calls', readCount, 'Internal calls handled today'),
  fieldGauge(
    'time_state_now',
    'wolkvox_agent_time_in_state_seconds',
    readDuration,
    'Time in the current state',
  ),
  {
    ...fieldGauge(
      'time_state_now',
      'wolkvox_agent_state_start_timestamp_seconds',
      readDuration,
      'When the current state began: moment of the fetch less the time in state',
    ),
    value: stateStart,
  },
  fieldGauge('ready_time', 'wolkvox_agent_ready_seconds', readDuration, 'Time spent ready today'),
  fieldGauge(
    'inbound_time',
    'wolkvox_agent_inbound_seconds',
    readDuration,
    'Time spent on inbound calls today',
  ),
  fieldGauge(
    'outbound_time',
    'wolkvox_agent_outbound_seconds',
    readDuration,
    'Time spent on outbound calls today',
  ),
  fieldGauge('acw_time', 'wolkvox_agent_acw_seconds', readDuration, 'Time spent in after-call work today'),
  fieldGauge('ring_time', 'wolkvox_agent_ring_seconds', readDuration, 'Time spent ringing today'),
  fieldGauge('login_time', 'wolkvox_agent_login_seconds', readLoginTime, 'Time logged in today'),
  fieldGauge('aht_time', 'wolkvox_agent_aht_seconds', readDuration, 'Average handle time today'),
  fieldGauge(
    'ocupation',
    'wolkvox_agent_occupancy_ratio',
    readPercentage,
    'Occupancy today, 0 to 1; overlapping work can exceed 1',
  ),
  fieldGauge('aux_time', 'wolkvox_agent_aux_seconds', readDuration, 'Time spent in auxiliary states today'),
  {
    field: 'agent_status',
    name: 'wolkvox_agent_state',
    type: 'gauge',
    help: fieldHelp('The state the agent is in, always 1', 'agent_status'),
    value: () => 1,
    labels: ({ state, category }) => ({ state, category }),
  },
]

/** Every family of the report, in the order in which they are exposed. */
export const agentFamilies: readonly ReportFamily<Agent>[] = [
  ...agentRowFamilies,
  {
    name: 'wolkvox_agents',
    type: 'gauge',
    help: fieldHelp('Agents in each category of states', 'agent_status'),
    labelNames: ['category'],
    samples: countByCategory,
  },
  {
    field: 'agent_id',
    name: 'wolkvox_agent_info',
    type: 'gauge',
    help: fieldHelp(
      'The labels of the agent in the groups file, always 1. An agent without a row has none of them. No series without a groups file',
      'agent_id',
    ),
    value: () => 1,
    configuredLabels: {
      names: `\`${GROUP}\` and the columns of the groups file`,
      create: (settings) => {
        const { groups } = settings
        if (groups === undefined) return undefined
        const { labelsOf } = groupTableOf(groups, exposedIdsOf(settings))
        return ({ id }) => labelsOf(id)
      },
    },
  },
]

/** How many rows of the groups file are about agents that are not in the response. */
export function unknownInGroups(
  agents: readonly Agent[],
  excludedIds: readonly string[],
  settings: RowSettings,
): number | undefined {
  const { groups } = settings
  if (groups === undefined) return undefined
  const ids = exposedIdsOf(settings)
  const known = new Set(agents.map(({ id }) => id))
  for (const excluded of excludedIds) {
    const id = ids.exposedIdOf(excluded)
    if (id !== undefined) known.add(id)
  }
  return groupTableOf(groups, ids).unknownAmong(known)
}

/** Seconds since 1970, to the millisecond. A time in state that reaches back before 1970 has no valid start. */
function stateStart(timeInState: number, fetchedAt: number): number {
  const start = Math.round(fetchedAt - timeInState * 1000) / 1000
  return start >= 0 ? start : Number.NaN
}

/** One sample for each category, also for those without agents. */
function countByCategory(agents: readonly Agent[]): readonly Sample[] {
  const counts = new Map(categories.map((category) => [category, 0]))
  for (const { category } of agents) counts.set(category, (counts.get(category) ?? 0) + 1)
  return categories.map((category) => ({ labels: { category }, value: counts.get(category) ?? 0 }))
}
