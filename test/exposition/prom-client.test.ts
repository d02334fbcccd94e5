import { Gauge, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { agentFamilies } from '../../src/exposition/agent-families.ts'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import { writeHeader } from '../../src/exposition/text-writer.ts'
import type { Agent, Columns, Snapshot } from '../../src/wolkvox/snapshot.ts'
import { agentFamiliesOf, textOfSegments } from '../support/helpers.ts'
import { hostileNames } from '../support/hostile-names.ts'

const OPERATION = 'a "hostile"\n\\operation'

const fetchedAt = Date.UTC(2026, 2, 10, 15, 0, 0, 123)

/** The agents' families as the exporter writes them in text format, headers included. */
async function writeAgents(snapshot: Snapshot): Promise<string> {
  const page = await renderAgents(snapshot, OPERATION)
  return agentFamilies
    .map((family, index) => writeHeader(family, 'text') + textOfSegments(page.slice(index, index + 1)))
    .join('')
}

const names = [
  ...hostileNames,
  '',
  'nul \u0000 within',
  'carriage\r\nreturn',
  'half \ud800 a pair'.toWellFormed(),
  ' between spaces ',
  'x'.repeat(100_000),
]

const numbers = [0, 1, 0.1, 1e-7, 5e-324, 123456789.123, 2 ** 53, 1e21, Number.MAX_VALUE, Number.NaN]

const fields = new Set(agentFamilies.flatMap(({ field, read }) => (read === undefined ? [] : [field])))

const agents = Array.from({ length: 1000 }, (_, index): Agent => {
  const name = names[index % names.length] ?? ''
  return {
    id: `${index} ${name.slice(0, 100)}`,
    name,
    state: names[(index * 7) % names.length] ?? '',
    category: 'aux',
  }
})

const columns: Columns = Object.fromEntries(
  [...fields].map((field, at) => [
    field,
    agents.map((_, index) => numbers[(index + at) % numbers.length] ?? Number.NaN),
  ]),
)

/** What the family says of an agent, put in words of its own: the test must not ask the code under test. */
function expectedValue(family: string, field: string, index: number): number | undefined {
  if (family === 'wolkvox_agent_state') return 1
  const value = columns[field]?.[index] ?? Number.NaN
  if (Number.isNaN(value)) return undefined
  if (family !== 'wolkvox_agent_state_start_timestamp_seconds') return value
  const start = Math.round(fetchedAt - value * 1000) / 1000
  return start < 0 ? undefined : start
}

const written = agentFamiliesOf(
  await writeAgents({ agents, columns, fetchedAt, records: agents.length, bytes: 0 }),
)

describe('the families of a thousand agents with hostile names', () => {
  it('are all there', () => {
    expect(Object.keys(written)).toEqual(agentFamilies.map(({ name }) => name))
  })

  it.each(agentFamilies)('$name is byte for byte what prom-client prints', async ({ name, help, field }) => {
    const registry = new Registry()
    const further = name === 'wolkvox_agent_state' ? (['state', 'category'] as const) : []
    const labelNames = ['operation', 'agent_id', 'agent_name', ...further] as const
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] })
    for (const [index, agent] of agents.entries()) {
      const value = expectedValue(name, field, index)
      const identity = { operation: OPERATION, agent_id: agent.id, agent_name: agent.name }
      const { state, category } = agent
      if (value !== undefined)
        gauge.set(further.length === 0 ? identity : { ...identity, state, category }, value)
    }
    const lines = written[name]?.split('\n')
    expect(lines?.length).toBeGreaterThan(500)
    // prom-client knows no units.
    const [unit] = /seconds|ratio/.exec(name) ?? []
    const [helpLine, typeLine, ...samples] = (await registry.getSingleMetricAsString(name)).split('\n')
    const unitLines = unit === undefined ? [] : [`# UNIT ${name} ${unit}`]
    expect(lines).toEqual([helpLine, typeLine, ...unitLines, ...samples, ''])
  })
})
