// What tells agents apart: ids are unique within an operation only, and names need not be there.

/** Labels by which the series of agents are matched. */
export const KEY = 'operation, agent_id'

/** Labels that every metric of an agent has. */
export const AGENT = 'operation, agent_id, agent_name'

/** A label that holds category and state, as `aux|Almuerzo`: what is shown of it depends on both. */
export const STATUS = 'status'

export const withStatus = (expression: string): string =>
  `label_join(${expression}, "${STATUS}", "|", "category", "state")`

/** A label that says what to call an agent. */
export const WHO = 'agent'

/** Called by the name, or where names are left out by the id. */
export const withNameOrId = (expression: string): string =>
  `label_replace(label_replace(${expression}, "${WHO}", "$1", "agent_id", "(.*)"), "${WHO}", "$1", "agent_name", "(.+)")`

/** Called by name and id, to choose among agents of one name. */
export const withNameAndId = (expression: string): string => joined(expression, 'agent_name', 'agent_id')

/** Called by name, id and operation, where agents of several operations stand side by side. */
export const withNameIdAndOperation = (expression: string): string =>
  joined(expression, 'agent_name', 'agent_id', 'operation')

// Without a name it begins with the id.
const joined = (expression: string, ...labels: readonly string[]) =>
  `label_replace(label_join(${expression}, "${WHO}", " · ", ${labels.map((label) => `"${label}"`).join(', ')}), "${WHO}", "$1", "${WHO}", " · (.*)")`
