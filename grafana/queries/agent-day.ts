import { AGENT, KEY, withNameIdAndOperation, withStatus } from './agent-labels.ts'
import type { Direction } from './floor.ts'
import { type Agents, also, once, stateOf } from './selection.ts'

// The day of agents.

/** Agents in a graph at most: with more it is unreadable. */
export const MAX_CHARTED_AGENTS = 8

/** Calls of a direction in the half hour before each point; `rules/operation.yml` computes the same for all agents. */
export function callsInHalfHour(direction: Direction, { agents }: Agents): string {
  const calls = `wolkvox_agent_${direction}_calls{${agents}}`
  const least = `min_over_time(${calls}[30m])`
  return `sum(${once(`${calls} - (${calls} offset 30m < ${least} or ${least})`, KEY)})`
}

/** The sum of a daily total over the selected agents. */
export const dayTotal = (metric: string, { agents }: Agents): string =>
  `sum(${once(`${metric}{${agents}}`, KEY)})`

// Measures of each agent's day so far. They need at least one call.

export const ahtOf = ({ agents }: Agents): string => `(wolkvox_agent_aht_seconds{${agents}} > 0)`

export const acwPerCallOf = ({ agents }: Agents): string =>
  `wolkvox_agent_acw_seconds{${agents}} / (wolkvox_agent_calls{${agents}} > 0)`

export const occupancyOf = ({ agents }: Agents): string => `wolkvox_agent_occupancy_ratio{${agents}}`

// Agents not logged in today come last. The window also covers agents who have left, and those before an outage.
const shown = ({ agents }: Agents) =>
  `topk(${MAX_CHARTED_AGENTS}, ${[
    `max by (${KEY}) (last_over_time(wolkvox_agent_login_seconds{${agents}}[6h] @ end()))`,
    `0 * max by (${KEY}) (last_over_time(wolkvox_agent_state_start_timestamp_seconds{${agents}}[6h] @ end()))`,
  ].join(' or ')})`

/** A measure of the selected agents through the day. Shows at most {@link MAX_CHARTED_AGENTS}: those logged in longest. */
export const ofShownAgents = (measure: (selected: Agents) => string, selected: Agents): string =>
  withNameIdAndOperation(once(`${measure(selected)} and on (${KEY}) ${shown(selected)}`, AGENT))

/** The states of the same agents through the day. */
export const statesOfShownAgents = (selected: Agents): string =>
  withNameIdAndOperation(
    withStatus(once(`${stateOf(selected)} and on (${KEY}) ${shown(selected)}`, `${AGENT}, category, state`)),
  )

/** The median over an operation's agents. Two exporters list every agent twice, which does not change the median. */
export const median = (measure: string): string => `quantile by (operation) (0.5, ${measure})`

/**
 * About how long the selected agents were in each auxiliary state, from one sample of the states per interval. A sample counts for
 * the interval after it. Prometheus 2 includes the left edge of a range and Prometheus 3 does not. The offset moves both edges
 * away from the samples, so both versions count the same number of samples.
 */
export const timeInAuxStates = (selected: Agents): string =>
  `sort_desc($__interval_ms / 1000 * sum by (state) (sum_over_time(${once(
    stateOf(also(selected, 'category="aux"')),
    `${KEY}, state`,
  )}[$__range:$__interval] offset 1ms)))`
