// Labels of agents. Ids are unique only within an operation, and names may be omitted.

/** Labels that identify an agent. */
export const KEY = 'operation, agent_id'

/** Labels that every metric of an agent has. */
export const AGENT = 'operation, agent_id, agent_name'

/** A label with category and state, such as `aux|Almuerzo`: text and colour depend on both. */
export const STATUS = 'status'

export const withStatus = (expression: string): string =>
  `label_join(${expression}, "${STATUS}", "|", "category", "state")`

/** A label with the text that is shown for an agent. */
export const WHO = 'agent'

/** Shows the name, or the id if names are omitted. */
export const withNameOrId = (expression: string): string =>
  `label_replace(label_replace(${expression}, "${WHO}", "$1", "agent_id", "(.*)"), "${WHO}", "$1", "agent_name", "(.+)")`

/** Shows name and id, to tell apart agents with the same name. */
export const withNameAndId = (expression: string): string => joined(expression, 'agent_name', 'agent_id')

/** Shows name, id and operation, for panels with agents of several operations. */
export const withNameIdAndOperation = (expression: string): string =>
  joined(expression, 'agent_name', 'agent_id', 'operation')

// Without a name, the text begins with the separator; the replacement removes it.
const joined = (expression: string, ...labels: readonly string[]) =>
  `label_replace(label_join(${expression}, "${WHO}", " · ", ${labels.map((label) => `"${label}"`).join(', ')}), "${WHO}", "$1", "${WHO}", " · (.*)")`
