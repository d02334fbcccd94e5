/** Matchers for what is chosen at the top of a dashboard. */
export const ofOperation = 'operation=~"$operation"'
export const ofTarget = 'job=~"$job", instance=~"$instance"'
export const ofExporter = `${ofTarget}, ${ofOperation}`

/** A limit of each chosen operation, as `rules/limits-effective.yml` has it. */
export const limitOfEach = (limit: string): string =>
  `operation_limit:wolkvox_limit:effective{${ofOperation}, limit="${limit}"}`

/** Which agents are chosen. */
export interface Agents {
  /** A matcher that every metric of an agent has the labels for. */
  readonly agents: string
  /** A matcher of what they are doing. */
  readonly doing?: string
}

export const ofCategory: Agents = { agents: ofOperation, doing: 'category=~"$category"' }
export const ofAgent: Agents = { agents: `${ofOperation}, agent_id=~"$agent"` }
export const everybody: Agents = { agents: ofOperation }

/** Of the selected agents those whose state matches, too. */
export const also = ({ agents, doing }: Agents, matcher: string): Agents => ({
  agents,
  doing: doing === undefined ? matcher : `${doing}, ${matcher}`,
})

/** The series that say what the selected agents are doing: one for each, of value one. */
export const stateOf = ({ agents, doing }: Agents): string =>
  `wolkvox_agent_state{${doing === undefined ? agents : `${agents}, ${doing}`}}`
