import type { Category } from '../../src/wolkvox/categories.ts'
import { AGENT, KEY, STATUS, withNameOrId, withStatus } from './agent-labels.ts'
import { once } from './once.ts'
import { type Agents, also, stateOf } from './selection.ts'

// What agents are doing now.

const state = (selected: Agents, by: string) => once(stateOf(selected), by)

/** A metric of those agents whose state is among the selected. */
export const ofAgents = (metric: string, selected: Agents): string =>
  `${once(`${metric}{${selected.agents}}`, AGENT)} and on (${KEY}) ${stateOf(selected)}`

/**
 * How long each agent has been in its state, as of this moment and not of the last refresh, with the state and with what to
 * call the agent.
 */
export const timeInState = (selected: Agents): string =>
  withNameOrId(
    `${age(selected)} * on (${KEY}) group_left (${STATUS}) max by (${KEY}, ${STATUS}) (${withStatus(state(selected, `${KEY}, category, state`))})`,
  )

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

/** The same agents, with their time in state over its limit. */
export const limitShareOfLongest = (count: number, selected: Agents): string =>
  `${limitShareOfAll(selected)} and on (${KEY}) ${longestInState(count, selected)}`
