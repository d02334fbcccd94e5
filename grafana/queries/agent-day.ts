import { AGENT, KEY, withNameIdAndOperation, withStatus } from './agent-labels.ts'
import type { Direction } from './floor.ts'
import { once } from './once.ts'
import { type Agents, also, stateOf } from './selection.ts'

// What agents have done through the day.

/** More agents than this make a graph that nobody can read. */
export const MOST_SHOWN = 8

/** Calls of a direction in the half hour before each moment, as `rules/operation.yml` has them of all agents of an operation. */
export function callsInHalfHour(direction: Direction, { agents }: Agents): string {
  const calls = `wolkvox_agent_${direction}_calls{${agents}}`
  const least = `min_over_time(${calls}[30m])`
  return `sum(${once(`${calls} - (${calls} offset 30m < ${least} or ${least})`, KEY)})`
}

/** A total of the day over all selected agents. */
export const dayTotal = (metric: string, { agents }: Agents): string =>
  `sum(${once(`${metric}{${agents}}`, KEY)})`

// Measures of each agent's day so far; where there has been no call yet there is none.

export const ahtOf = ({ agents }: Agents): string => `(wolkvox_agent_aht_seconds{${agents}} > 0)`

export const acwPerCallOf = ({ agents }: Agents): string =>
  `wolkvox_agent_acw_seconds{${agents}} / (wolkvox_agent_calls{${agents}} > 0)`

export const occupancyOf = ({ agents }: Agents): string => `wolkvox_agent_occupancy_ratio{${agents}}`

// Those who have not logged in today come last. Who has left, or was there before an outage, is of the day too.
const shown = ({ agents }: Agents) =>
  `topk(${MOST_SHOWN}, ${[
    `max by (${KEY}) (last_over_time(wolkvox_agent_login_seconds{${agents}}[6h] @ end()))`,
    `0 * max by (${KEY}) (last_over_time(wolkvox_agent_state_start_timestamp_seconds{${agents}}[6h] @ end()))`,
  ].join(' or ')})`

/** A measure of the selected agents through the day, of at most {@link MOST_SHOWN}: those logged in longest. */
export const ofShownAgents = (measure: (selected: Agents) => string, selected: Agents): string =>
  withNameIdAndOperation(once(`${measure(selected)} and on (${KEY}) ${shown(selected)}`, AGENT))

/** The states of the selected agents through the day, of at most {@link MOST_SHOWN}. */
export const statesOfShownAgents = (selected: Agents): string =>
  withNameIdAndOperation(
    withStatus(once(`${stateOf(selected)} and on (${KEY}) ${shown(selected)}`, `${AGENT}, category, state`)),
  )

/** The median over an operation's agents. Two exporters of one operation list every agent twice, which leaves it as it is. */
export const median = (measure: string): string => `quantile by (operation) (0.5, ${measure})`

/**
 * About how long the selected agents were in each auxiliary state, from one look at the states per interval of a graph. A look stands
 * for the interval after it, so the range has one look fewer than edges. Prometheus 2 includes the left edge of a range and
 * Prometheus 3 does not: the offset moves both edges off the looks, so that the number of looks is the same.
 */
export const timeInAuxStates = (selected: Agents): string =>
  `sort_desc($__interval_ms / 1000 * sum by (state) (sum_over_time(${once(
    stateOf(also(selected, 'category="aux"')),
    `${KEY}, state`,
  )}[$__range:$__interval] offset 1ms)))`
