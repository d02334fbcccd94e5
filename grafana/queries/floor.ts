import type { Category } from '../../src/reports/agents/categories.ts'
import { limitOfEach, ofOperation, once } from './selection.ts'

// For several operations, a ratio is the sum of numerators over the sum of denominators, not an average of ratios.
const ratio = (part: string, whole: string) => `${part} / (${whole} > 0)`

/**
 * Adds the operation's name if only one operation has data: its own limits may colour the value.
 *
 * @param metric that every operation with data has
 */
export function withOnlyOperation(
  value: string,
  metric = `operation:wolkvox_agents_logged_in:sum{${ofOperation}}`,
): string {
  const operations = `group by (operation) (${metric})`
  const only = `${operations} unless on () (count(${operations}) > 1)`
  return `(${value}) * on () group_left (operation) (${only}) or (${value}) unless on () (${only})`
}

const total = (expression: string) => `sum(${once(expression)})`

const busy = `operation:wolkvox_agents_busy:sum{${ofOperation}}`
const available = `operation:wolkvox_agents_available:sum{${ofOperation}}`

/** Agents in a category, now. */
export const agentsIn = (category: Category): string =>
  total(`wolkvox_agents{${ofOperation}, category="${category}"}`)

/** Agents logged in now. */
export const loggedIn = `sum(${once(
  `wolkvox_agents{${ofOperation}, category!~"logout|unknown"}`,
  'operation, category',
)})`

const ready = `(${once(`wolkvox_agents{${ofOperation}, category="ready"}`)} and ${once(
  `operation:wolkvox_agents_logged_in:sum{${ofOperation}}`,
)} > 0)`

/** Operations with a dialler, where no agent has to be ready. */
const withDialler = `${limitOfEach('no_agent_ready_alert')} == 0`

/**
 * Agents ready in the operation with the fewest, and its name. Only operations with agents logged in count, and those with a
 * dialler only if there is no other.
 */
export const fewestReady = `bottomk(1, ${ready} unless on (operation) ${withDialler}) or bottomk(1, ${ready} unless on () (${ready} unless on (operation) ${withDialler}))`

// Without `and`, the sum would go on for half an hour after the data has been removed.
const lately = (metric: string) => `sum_over_time(${metric}[30m]) and ${metric}`

/** The share of the available agents that was busy in the last half hour. */
export const occupancy = ratio(total(lately(busy)), total(lately(available)))

/** The same for each operation. */
export const occupancyOfEach = once(`operation:wolkvox_occupancy:ratio30m{${ofOperation}} and ${available}`)

/** The share of the logged-in agents that is in an auxiliary state. */
export const auxShare = (offset = ''): string =>
  ratio(
    total(`operation_category:wolkvox_agents:sum{${ofOperation}, category="aux"}${offset}`),
    total(`operation:wolkvox_agents_logged_in:sum{${ofOperation}}${offset}`),
  )

const lastHour = (what: 'handling_seconds' | 'acw_seconds' | 'calls', offset: string) =>
  total(`operation:wolkvox_${what}:increase1h{${ofOperation}}${offset}`)

/** Average handle time of the last hour. */
export const aht = (offset = ''): string =>
  ratio(lastHour('handling_seconds', offset), lastHour('calls', offset))

/** After-call work per call in the last hour. */
export const acwPerCall = (offset = ''): string =>
  ratio(lastHour('acw_seconds', offset), lastHour('calls', offset))

/** Direction of a call, as in `operation_direction:…`. */
export type Direction = 'inbound' | 'outbound' | 'internal'

/** Calls of a direction in the half hour before each point. */
export const callsInHalfHour = (direction: Direction): string =>
  total(`operation_direction:wolkvox_calls:increase30m{${ofOperation}, direction="${direction}"}`)

/** Agents in each auxiliary state; a single zero if the data is known and no agent is in one. */
export const auxStates = `sort_desc(count by (state) (${once(
  `wolkvox_agent_state{${ofOperation}, category="aux"}`,
  'operation, agent_id, state',
)})) or on () label_replace(0 * sum(wolkvox_agents{${ofOperation}}), "state", "–", "", "")`
