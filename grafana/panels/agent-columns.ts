import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Limits } from '../limits.ts'
import { occupancyTarget } from '../limits.ts'
import { level, palette } from '../palette.ts'
import { limitShareOfAll, ofAgents, STATUS, timeInState, WHO } from '../queries/agents.ts'
import type { Agents } from '../queries/selection.ts'
import type { Texts } from '../texts/texts.ts'
import { agentPath } from '../uids.ts'
import { noLimit, statusMappings } from './mappings.ts'
import type { Column } from './table.ts'
import { type Step, stepList } from './thresholds.ts'

/** A column of the agent tables, by the name of its heading. */
export type AgentColumn = Exclude<
  keyof Texts['columns'],
  'job' | 'instance' | 'version' | 'revision' | 'node'
>

/** wolkvox Manager's columns, what asks for attention first. */
export const allAgentColumns: readonly AgentColumn[] = [
  'agent',
  'status',
  'timeInState',
  'limitShare',
  'aht',
  'occupancy',
  'calls',
  'inbound',
  'outbound',
  'internal',
  'login',
  'ready',
  'inboundTime',
  'outboundTime',
  'acw',
  'aux',
  'ring',
  'id',
  'operation',
]

const CLOCK = { id: 'unit', value: 'dthms' }
const COUNT = [
  { id: 'unit', value: 'none' },
  { id: 'decimals', value: 0 },
]
const SHARE = [
  { id: 'unit', value: 'percentunit' },
  { id: 'decimals', value: 0 },
]

const metrics = {
  aht: ['wolkvox_agent_aht_seconds', [CLOCK]],
  calls: ['wolkvox_agent_calls', COUNT],
  inbound: ['wolkvox_agent_inbound_calls', COUNT],
  outbound: ['wolkvox_agent_outbound_calls', COUNT],
  internal: ['wolkvox_agent_internal_calls', COUNT],
  login: ['wolkvox_agent_login_seconds', [CLOCK]],
  ready: ['wolkvox_agent_ready_seconds', [CLOCK]],
  inboundTime: ['wolkvox_agent_inbound_seconds', [CLOCK]],
  outboundTime: ['wolkvox_agent_outbound_seconds', [CLOCK]],
  acw: ['wolkvox_agent_acw_seconds', [CLOCK]],
  aux: ['wolkvox_agent_aux_seconds', [CLOCK]],
  ring: ['wolkvox_agent_ring_seconds', [CLOCK]],
  occupancy: ['wolkvox_agent_occupancy_ratio', SHARE],
} as const satisfies Partial<
  Record<AgentColumn, readonly [metric: string, look: readonly DynamicConfigValue[]]>
>

const colored = (steps: ReturnType<typeof stepList>): DynamicConfigValue[] => [
  { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
  { id: 'color', value: { mode: 'thresholds' } },
  { id: 'thresholds', value: { mode: 'absolute', steps } },
]

/** From where the time in state nears its limit, and from where it is over. */
const LIMIT_STEPS: readonly Step[] = [
  [0.8, level.watch],
  [1, level.bad],
]

/**
 * The columns of a table of agents, a row each.
 *
 * @param keys in their order
 * @param expressions in place of those that ask for all selected agents
 */
export function agentColumns(
  keys: readonly AgentColumn[],
  selected: Agents,
  texts: Texts,
  limits: Limits,
  expressions: { readonly timeInState?: string; readonly limitShare?: string } = {},
): Column[] {
  const link: DynamicConfigValue = {
    id: 'links',
    value: [{ title: texts.links.row, url: agentPath(texts.language), targetBlank: false }],
  }
  const ref = (key: AgentColumn) => String.fromCharCode('A'.charCodeAt(0) + allAgentColumns.indexOf(key))
  const heading = (key: AgentColumn) => texts.columns[key]

  const column = (key: AgentColumn): Column => {
    switch (key) {
      case 'agent':
        return { from: { label: WHO }, heading: heading(key), width: 130, properties: [link] }
      case 'id':
        return { from: { label: 'agent_id' }, heading: heading(key), width: 90, properties: [link] }
      case 'operation':
        return { from: { label: 'operation' }, heading: heading(key), width: 130 }
      case 'status':
        return {
          from: { label: STATUS },
          heading: heading(key),
          width: 125,
          properties: [
            { id: 'mappings', value: statusMappings(texts.categories.unknown) },
            { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
          ],
        }
      case 'timeInState':
        return {
          from: { ref: ref(key), expr: expressions.timeInState ?? timeInState(selected) },
          heading: heading(key),
          width: 125,
          properties: [CLOCK],
        }
      case 'limitShare':
        return {
          from: { ref: ref(key), expr: expressions.limitShare ?? limitShareOfAll(selected) },
          heading: heading(key),
          width: 95,
          properties: [
            ...SHARE,
            ...colored(stepList(palette.none, ...LIMIT_STEPS)),
            { id: 'mappings', value: [noLimit] },
          ],
        }
      default: {
        const [metric, look] = metrics[key]
        return {
          from: { ref: ref(key), expr: ofAgents(metric, selected) },
          heading: heading(key),
          width: 100,
          properties: key === 'occupancy' ? [...look, ...colored(occupancySteps(limits))] : look,
        }
      }
    }
  }
  return keys.map(column)
}

/** Occupancy from idle to burning out; within the target it needs no colour. */
export const occupancySteps = ({ occupancyLow, occupancyHigh }: Limits) =>
  stepList(
    palette.blue,
    [occupancyLow, palette.none],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )
