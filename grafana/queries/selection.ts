/** Matchers for the values chosen at the top of a dashboard. */
export const ofOperation = 'operation=~"$operation"'
export const ofTarget = 'job=~"$job", instance=~"$instance"'
export const ofExporter = `${ofTarget}, ${ofOperation}`
export const ofGroup = 'group=~"$group"'
export const ofSkill = `${ofOperation}, skill_id=~"$skill"`

/** The report that the dashboards about operations and agents show. */
export const agentsReport = `${ofOperation}, report="agents"`

/** The report that the dashboard about queues shows. */
export const skillsReport = `${ofOperation}, report="skills"`

/** Labels that identify a report. */
export const REPORT = 'operation, report'

/**
 * Drops the labels of the target. Two exporters of one operation, or one exporter that has just moved to another address, expose
 * the same value twice.
 */
export const once = (metric: string, by = 'operation'): string => `max by (${by}) (${metric})`

/** A limit of each chosen operation, from `rules/limits-effective.yml`. */
export const limitOfEach = (limit: string): string =>
  `operation_limit:wolkvox_limit:effective{${ofOperation}, limit="${limit}"}`

/** The same for operations with a report: not for one with other reports only. @param report selects it */
export const limitWith = (report: string, limit: string): string =>
  once(
    `${limitOfEach(limit)} and on (operation) last_over_time(wolkvox_refresh_interval_seconds{${report}}[1h])`,
  )

/** Which agents are selected. */
export interface Agents {
  /** A matcher for labels that every metric of an agent has. */
  readonly agents: string
  /** A matcher for labels of their state. */
  readonly doing?: string
  /** A matcher for their group. */
  readonly group?: string
}

/** What the tables show. */
export const inTables: Agents = { agents: ofOperation, doing: 'category=~"$category"', group: ofGroup }
export const ofAgent: Agents = { agents: `${ofOperation}, agent_id=~"$agent"` }
export const everybody: Agents = { agents: ofOperation }

/** The selected agents whose state also matches `matcher`. */
export const also = (selected: Agents, matcher: string): Agents => ({
  ...selected,
  doing: selected.doing === undefined ? matcher : `${selected.doing}, ${matcher}`,
})

/**
 * The state of each selected agent: one series per agent, with the value 1.
 *
 * `wolkvox_agent_state` has no label `group`, so it matches only All: then agents are also selected without a groups file. A chosen
 * group selects `wolkvox_agent_info`.
 */
export function stateOf({ agents, doing, group }: Agents): string {
  const states = `wolkvox_agent_state{${doing === undefined ? agents : `${agents}, ${doing}`}}`
  if (group === undefined) return states
  const inGroup = ['wolkvox_agent_state', 'wolkvox_agent_info'].map((name) => `${name}{${agents}, ${group}}`)
  return `(${states} and on (operation, agent_id) (${inGroup.join(' or ')}))`
}
