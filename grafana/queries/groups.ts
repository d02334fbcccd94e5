import type { Category } from '../../src/reports/agents/categories.ts'
import { ofGroup, ofOperation, once } from './selection.ts'

// Groups of agents, from `rules/groups.yml`. Without a groups file there are none.

const GROUP_KEY = 'operation, group'

const selected = (matchers = '') => `{${ofOperation}, ${ofGroup}${matchers}}`

/** Shows a dash for the agents without a group: their series have no label `group`. */
const withGroup = (expression: string) => `label_replace(${expression}, "group", "–", "group", "")`

const of = (figure: string) => once(`operation_group:wolkvox_${figure}${selected()}`, GROUP_KEY)

const loggedIn = of('agents_logged_in:sum')

/** Agents of each group in a category, zeros included. */
const agentsIn = (category: Category) =>
  withGroup(
    `(${once(`operation_group_category:wolkvox_agents:count${selected(`, category="${category}"`)}`, GROUP_KEY)} or 0 * ${loggedIn})`,
  )

/** The columns of the table: one value per group. */
export const ofEachGroup = {
  loggedIn: withGroup(loggedIn),
  ready: agentsIn('ready'),
  talk: agentsIn('talk'),
  acw: agentsIn('acw'),
  aux: agentsIn('aux'),
  auxShare: withGroup(of('agents_aux:ratio')),
  occupancy: withGroup(of('occupancy:ratio30m')),
} as const
