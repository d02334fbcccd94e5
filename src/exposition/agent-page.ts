import type { Snapshot } from '../wolkvox/snapshot.ts'
import { agentFamilies } from './agent-families.ts'
import { writeLabels, writeSample } from './text-writer.ts'

// Not Buffer, whose small ones share memory: these change hands between threads.
const encoder = new TextEncoder()

/**
 * Renders an operation's agents, once for all scrapes until the next refresh. Gauges read alike in both formats.
 *
 * @param operation value of the `operation` label
 * @returns the samples as text, a piece for each of {@link agentFamilies}, without its header
 */
export function renderAgents({ agents, fetchedAt }: Snapshot, operation: string): readonly Uint8Array[] {
  // Escaped once an agent rather than once a sample.
  const identities = agents.map(({ id, name }) => writeLabels({ operation, agent_id: id, agent_name: name }))
  return agentFamilies.map(({ name, value, labels }) => {
    const lines = agents.map((agent, index) => {
      const number = value(agent, fetchedAt)
      if (number === undefined) return ''
      const further = labels === undefined ? '' : `,${writeLabels(labels(agent))}`
      return writeSample(name, `${identities[index]}${further}`, number)
    })
    return encoder.encode(lines.join(''))
  })
}
