import type { Category } from '../../src/wolkvox/categories.ts'
import { type Agents, once } from './selection.ts'

const AGENT = 'operation, agent_id, agent_name'
const KEY = 'operation, agent_id'

/** A label that holds category and state, as `aux|Almuerzo`: what is shown of it depends on both. */
export const STATUS = 'status'

/** The label that says what to call an agent. */
export const WHO = 'agent'

/** More agents than this make a graph that nobody can read. */
export const MOST_SHOWN = 25

const stateOf = ({ agents, doing }: Agents) =>
  `wolkvox_agent_state{${doing === undefined ? agents : `${agents}, ${doing}`}}`

const also = ({ agents, doing }: Agents, matcher: string): Agents => ({
  agents,
  doing: doing === undefined ? matcher : `${doing}, ${matcher}`,
})

const state = (selected: Agents, by = `${KEY}, category, state`) => once(stateOf(selected), by)

const withStatus = (expression: string) => `label_join(${expression}, "${STATUS}", "|", "category", "state")`

/** A metric of those agents whose state is among the selected. */
export const ofAgents = (metric: string, selected: Agents): string =>
  `${once(`${metric}{${selected.agents}}`, AGENT)} and on (${KEY}) ${stateOf(selected)}`

/**
 * How long each agent has been in its state, as of this moment and not of the last refresh, with the state and with what to
 * call the agent: the name, or where names are left out the id.
 */
export const timeInState = (selected: Agents): string =>
  called(
    `${age(selected)} * on (${KEY}) group_left (${STATUS}) max by (${KEY}, ${STATUS}) (${withStatus(state(selected))})`,
  )

const called = (expression: string) =>
  `label_replace(label_replace(${expression}, "${WHO}", "$1", "agent_id", "(.*)"), "${WHO}", "$1", "agent_name", "(.+)")`

const age = ({ agents }: Agents) =>
  `(time() - ${once(`wolkvox_agent_state_start_timestamp_seconds{${agents}}`, AGENT)})`

const limitOf = (name: string, state = '') => `wolkvox:limit{limit="${name}"${state}}`

/**
 * The time in state over the limit at which the alerts speak up, for each agent in after-call work, in an auxiliary state or
 * ringing. As in the alerts, an auxiliary state has its own limit, or else that of all.
 */
export function limitShare(selected: Agents): string {
  const ageIn = (category: Category) =>
    `${age(selected)} * on (${KEY}) group_left (state) ${state(also(selected, `category="${category}"`), `${KEY}, state`)}`
  const ofState = limitOf('aux_seconds', ', state!=""')
  const shares = [
    `${ageIn('acw')} / on () group_left () ${limitOf('acw_seconds')}`,
    `${ageIn('ring')} / on () group_left () ${limitOf('ring_seconds')}`,
    `${ageIn('aux')} / on (state) group_left () ${ofState}`,
    `(${ageIn('aux')} unless on (state) ${ofState}) / on () group_left () ${limitOf('aux_seconds', ', state=""')}`,
  ]
  return once(shares.join(' or '), AGENT)
}

/** The same for all agents: zero for those whose state has no limit. */
export const limitShareOfAll = (selected: Agents): string =>
  `(${limitShare(selected)} or 0 * ${ofAgents('wolkvox_agent_state_start_timestamp_seconds', selected)})`

/** How many agents are over their limit; zero only while it is known what they do. */
export const overLimit = (selected: Agents): string =>
  `sum(${limitShare(selected)} > bool 1) or 0 * count(${stateOf(selected)})`

/** Who has been longest in a state other than waiting for a call, with the state. */
export const longestInState = (count: number, selected: Agents): string =>
  `topk(${count}, ${timeInState(also(selected, 'category=~"talk|ring|acw|aux"'))})`

// Half an hour between the first sample and the last, at a scrape a minute: always six refreshes, and not now six, now five.
const HALF_HOUR = '31m'

/**
 * Calls of a direction in the half hour before each moment. The least count within it is the one that it began with, be that
 * half an hour ago, when the day turned or when Prometheus first saw the agent.
 */
export function callsInHalfHour(metric: string, { agents }: Agents): string {
  const calls = `${metric}{${agents}}`
  return `sum(${once(`${calls} - min_over_time(${calls}[${HALF_HOUR}])`, KEY)})`
}

/** A total of the day over all selected agents. */
export const dayTotal = (metric: string, selected: Agents): string =>
  `sum(${once(`${metric}{${selected.agents}}`, KEY)})`

// Those who have not logged in today come last.
const shown = (selected: Agents) =>
  `topk(${MOST_SHOWN}, ${[
    `max by (${KEY}) (last_over_time(wolkvox_agent_login_seconds{${selected.agents}}[1h] @ end()))`,
    `0 * max by (${KEY}) (last_over_time(wolkvox_agent_state_start_timestamp_seconds{${selected.agents}}[1h] @ end()))`,
  ].join(' or ')})`

const named = (expression: string) =>
  `label_join(${expression}, "${WHO}", " · ", "agent_name", "agent_id", "operation")`

/** A metric of the selected agents through the day, of at most {@link MOST_SHOWN}: those logged in longest. */
export const ofShownAgents = (metric: string, selected: Agents): string =>
  named(once(`${metric} and on (${KEY}) ${shown(selected)}`, AGENT))

/** The states of the selected agents through the day, of at most {@link MOST_SHOWN}. */
export const statesOfShownAgents = (selected: Agents): string =>
  named(
    withStatus(once(`${stateOf(selected)} and on (${KEY}) ${shown(selected)}`, `${AGENT}, category, state`)),
  )

/** What lies in the middle of all agents of each operation; it stays there where all of them are said twice. */
export const median = (metric: string): string => `quantile by (operation) (0.5, ${metric})`

/** How long the selected agents were in each auxiliary state, to the minute. */
export const timeInAuxStates = (selected: Agents): string =>
  `sort_desc(60 * sum by (state) (sum_over_time(${state(
    also(selected, 'category="aux"'),
    `${KEY}, state`,
  )}[$__range:1m])))`
