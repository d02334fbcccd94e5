import type { Category } from '../../src/reports/agents/categories.ts'
import { AGENT, KEY, STATUS, withNameOrId, withStatus } from './agent-labels.ts'
import { type Agents, also, limitOfEach, ofOperation, once, stateOf } from './selection.ts'

// The current state of agents.

/** A metric of the selected agents. */
export const ofAgents = (metric: string, selected: Agents): string =>
  `${once(`${metric}{${selected.agents}}`, AGENT)} and on (${KEY}) ${stateOf(selected)}`

/** Joins a metric with the state from the same exporter: another exporter's refresh may be minutes older. */
const withState = (metric: string, selected: Agents, labels: string) =>
  `${metric}{${selected.agents}} * on (job, instance, ${KEY}) group_left (${labels}) ${stateOf(selected)}`

/**
 * How long each agent has been in its state, until now rather than until the last refresh, with the state and the agent's name.
 * If two exporters differ, the newer state counts. `NaN` if wolkvox does not send the time.
 */
export function timeInState(selected: Agents): string {
  const by = `${AGENT}, category, state`
  const start = once(
    withState('wolkvox_agent_state_start_timestamp_seconds', selected, 'category, state'),
    by,
  )
  const newest = `topk by (${KEY}) (1, ${start})`
  const without = `NaN * topk by (${KEY}) (1, ${once(stateOf(selected), by)})`
  const shown = withStatus(`(time() - ${newest} or on (${KEY}) ${without})`)
  return withNameOrId(once(shown, `${AGENT}, ${STATUS}`))
}

/**
 * The time in state at the last refresh, divided by the limit of its alert, for each agent in after-call work, in an auxiliary
 * state, on a call or ringing. The alerts use the time at the last refresh too: until now, an agent who was ringing then
 * would be over the limit before the next refresh. If two exporters differ, the newer state counts, as in {@link timeInState}.
 */
export function limitShare(selected: Agents): string {
  const timeIn = (category: Category) =>
    withState('wolkvox_agent_time_in_state_seconds', also(selected, `category="${category}"`), 'state')
  const shares = [
    ...(['acw', 'ring', 'talk'] as const).map(
      (category) =>
        `${timeIn(category)} / on (operation) group_left () ${once(limitOfEach(`${category}_seconds`))}`,
    ),
    `${timeIn('aux')} / on (operation, state) group_left () ${once(`operation_state:wolkvox_limit:effective{${ofOperation}}`, 'operation, state')}`,
  ]
  const newest = `topk by (${KEY}) (1, wolkvox_agent_state_start_timestamp_seconds{${selected.agents}})`
  return once(`(${shares.join(' or ')}) and on (job, instance, ${KEY}) ${newest}`, AGENT)
}

/** The same for all agents: zero if the state has no limit. */
export const limitShareOfAll = (selected: Agents): string =>
  `(${limitShare(selected)} or 0 * ${once(stateOf(selected), AGENT)})`

/** How many agents are over their limit. Zero only if states and limits are known. */
export const overLimit = (selected: Agents): string =>
  `sum(${limitShare(selected)} > bool 1) or 0 * (count(${stateOf(selected)}) and on () ${limitOfEach('acw_seconds')})`

// Seconds: more than any time in a state.
const FIRST_S = 1e9

/** Agents who need attention, with state and time: those over their limit, then those longest in a state other than ready. */
export function longestInState(count: number, selected: Agents): string {
  const busy = also(selected, 'category=~"talk|ring|acw|aux"')
  const rank = `${timeInState(busy)} + on (${KEY}) group_left () ${FIRST_S} * (${limitShareOfAll(busy)} > bool 1)`
  return `${timeInState(busy)} and on (${KEY}) topk(${count}, ${rank})`
}

/** The same agents, with the share of their limit. */
export const limitShareOfLongest = (count: number, selected: Agents): string =>
  `${limitShareOfAll(selected)} and on (${KEY}) ${longestInState(count, selected)}`
