import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { agentPath } from '../layout/links.ts'
import type { Limits } from '../limits.ts'
import type { Column } from '../panels/table.ts'
import { noNumber, stepList, words } from '../panels/values.ts'
import { STATUS, WHO } from '../queries/agent-labels.ts'
import { limitShareOfAll, ofAgents, timeInState } from '../queries/agents.ts'
import type { Agents } from '../queries/selection.ts'
import { level, palette } from '../theme/colors.ts'
import { CLOCK, COUNT, colored, filled, NO_VALUE, SHARE } from './cells.ts'
import { occupancySteps } from './limits.ts'
import { statusMappings } from './mappings.ts'

type Query = (selected: Agents) => string
type Look = (texts: Texts, limits: Limits) => readonly DynamicConfigValue[]

/** A column of an agent table. Its heading is one of the texts. */
interface Kind {
  readonly from: { readonly label: string } | { readonly query: Query }
  /** In pixels: enough for the values and for the heading with its filter icon. */
  readonly width: number
  readonly look?: Look
}

const toTheAgent: Look = ({ links, language }) => [
  { id: 'links', value: [{ title: links.row, url: agentPath(language), targetBlank: false }] },
]

const metric =
  (look: DynamicConfigValue[]) =>
  (name: string, width: number): Kind => ({
    from: { query: (selected) => ofAgents(name, selected) },
    width,
    look: () => look,
  })
const time = metric(CLOCK)
const count = metric(COUNT)

/** The columns of wolkvox Manager, from left to right: identity first, then what needs attention. */
const kinds = {
  agent: { from: { label: WHO }, width: 130, look: toTheAgent },
  operation: { from: { label: 'operation' }, width: 110 },
  status: {
    from: { label: STATUS },
    width: 125,
    look: ({ categories }) => [{ id: 'mappings', value: statusMappings(categories.unknown) }, filled],
  },
  timeInState: { from: { query: timeInState }, width: 140, look: () => CLOCK },
  limitShare: {
    from: { query: limitShareOfAll },
    width: 115,
    look: () => [
      ...SHARE,
      // Near the limit, and over it.
      ...colored(stepList(palette.none, [0.8, level.watch], [1, level.bad])),
      // The query returns zero if a state has no limit.
      { id: 'mappings', value: [words([[0, '–']]), noNumber] },
    ],
  },
  aht: time('wolkvox_agent_aht_seconds', 80),
  occupancy: {
    from: { query: (selected) => ofAgents('wolkvox_agent_occupancy_ratio', selected) },
    width: 85,
    look: (_texts, limits) => [...SHARE, NO_VALUE, ...colored(occupancySteps(limits))],
  },
  calls: count('wolkvox_agent_calls', 80),
  inbound: count('wolkvox_agent_inbound_calls', 85),
  outbound: count('wolkvox_agent_outbound_calls', 85),
  internal: count('wolkvox_agent_internal_calls', 80),
  login: time('wolkvox_agent_login_seconds', 95),
  ready: time('wolkvox_agent_ready_seconds', 105),
  inboundTime: time('wolkvox_agent_inbound_seconds', 105),
  outboundTime: time('wolkvox_agent_outbound_seconds', 115),
  acw: time('wolkvox_agent_acw_seconds', 85),
  aux: time('wolkvox_agent_aux_seconds', 90),
  ring: time('wolkvox_agent_ring_seconds', 100),
  id: { from: { label: 'agent_id' }, width: 70, look: toTheAgent },
} as const satisfies Record<keyof Texts['columns'], Kind>

/** A column of the agent tables, by the name of its heading. */
export type AgentColumn = keyof typeof kinds

export const allAgentColumns = Object.keys(kinds) as readonly AgentColumn[]

/**
 * The columns of a table with one row per agent.
 *
 * @param keys from left to right
 * @param queries replace the columns' own queries for all selected agents
 */
export const agentColumns = (
  keys: readonly AgentColumn[],
  selected: Agents,
  texts: Texts,
  limits: Limits,
  queries: { readonly [key in AgentColumn]?: string } = {},
): Column[] =>
  keys.map((key) => {
    const { from, width, look }: Kind = kinds[key]
    return {
      from: 'label' in from ? from : { ref: key, expr: queries[key] ?? from.query(selected) },
      heading: texts.columns[key],
      width,
      properties: look?.(texts, limits) ?? [],
    }
  })
