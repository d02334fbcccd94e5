import { WolkvoxFailure } from '../wolkvox/failure.ts'
import type { Agent, Snapshot } from '../wolkvox/snapshot.ts'
import { agentFamilies } from './agent-families.ts'
import { writeLabels, writeSample } from './text-writer.ts'

// 60,000 agents with names as people have them take 112 MB. Every family repeats an agent's labels, so an answer of a
// permitted size whose names fill it would become sixteen times as much text.
const MAX_CHARACTERS = 384 * 2 ** 20

// The longest metric name, the braces, the number and the line's end.
const AROUND_LABELS = 80

// Not Buffer, whose small ones share memory: these change hands between threads.
const encoder = new TextEncoder()

/**
 * Renders an operation's agents, once for all scrapes until the next refresh. Gauges read alike in both formats.
 *
 * @param operation value of the `operation` label
 * @returns the samples as text, a piece for each of {@link agentFamilies}, without its header
 * @throws WolkvoxFailure `too_large` when the text would take more memory than any report is worth
 */
export function renderAgents({ agents, fetchedAt }: Snapshot, operation: string): readonly Uint8Array[] {
  // Escaped once an agent rather than once a sample.
  const identities = agents.map(({ id, name }) => writeLabels({ operation, agent_id: id, agent_name: name }))
  refuseTooMuch(identities, agents)
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

function refuseTooMuch(identities: readonly string[], agents: readonly Agent[]): void {
  const repeated = identities.reduce((sum, { length }) => sum + length + AROUND_LABELS, 0)
  const states = agents.reduce((sum, { state }) => sum + state.length, 0)
  if (repeated * agentFamilies.length + states > MAX_CHARACTERS) {
    throw new WolkvoxFailure('too_large', 'the names in the answer are longer than names can be')
  }
}
