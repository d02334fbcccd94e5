/** Matchers for what is chosen at the top of a dashboard. */
export const ofOperation = 'operation=~"$operation"'
export const ofTarget = 'job=~"$job", instance=~"$instance"'
export const ofExporter = `${ofTarget}, ${ofOperation}`

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

/**
 * A metric of an operation, once: two exporters of one operation, or one that has moved to another address a minute ago, say
 * the same twice.
 */
export const once = (metric: string, by = 'operation'): string => `max by (${by}) (${metric})`
