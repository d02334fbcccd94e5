import type { SimulatedAgent } from '../centre/agent.ts'

/**
 * The id and the name of an agent in one field, as reports other than that of the agents write it: `1001-NAME`. wolkvox
 * has both forms of the hyphen, with and without spaces; every fourth agent has the spaces.
 */
export function compositeId({ id, name }: SimulatedAgent, agentIndex: number): string {
  return agentIndex % 4 === 3 ? `${id} - ${name}` : `${id}-${name}`
}
