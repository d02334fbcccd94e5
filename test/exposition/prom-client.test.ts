import { Gauge, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { writeHeader } from '../../src/exposition/text-writer.ts'
import { agentFamilies, agentRowFamilies } from '../../src/reports/agents/families.ts'
import type { Agent } from '../../src/reports/agents/rows.ts'
import type { Columns, Snapshot } from '../../src/reports/read-report.ts'
import { aSnapshot, renderAgents } from '../support/agents.ts'
import { agentFamiliesOf, textOfSegments } from '../support/exposition-texts.ts'
import { hostileNames } from '../support/hostile-names.ts'

const OPERATION = 'a "hostile"\n\\operation'

const fetchedAt = Date.UTC(2026, 2, 10, 15, 0, 0, 123)

/** The families of the report `agents` as the exporter writes them in the text format, headers included. */
async function writeAgents(snapshot: Snapshot): Promise<string> {
  const segments = await renderAgents(snapshot, OPERATION)
  return agentFamilies
    .map((family, index) => writeHeader(family, 'text') + textOfSegments(segments.slice(index, index + 1)))
    .join('')
}

const names = [
  ...hostileNames,
  '',
  'a \u0000 inside',
  'carriage\r\nreturn',
  'half \ud800 a pair'.toWellFormed(),
  ' between spaces ',
  'x'.repeat(100_000),
]

const numbers = [0, 1, 0.1, 1e-7, 5e-324, 123456789.123, 2 ** 53, 1e21, Number.MAX_VALUE, Number.NaN]

const fields = new Set(agentRowFamilies.flatMap(({ field, read }) => (read === undefined ? [] : [field])))

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

/** The value of an agent in a family, computed without the code under test. */
function expectedValue(family: string, field: string, index: number): number | undefined {
  if (family === 'wolkvox_agent_state') return 1
  const value = columns[field]?.[index] ?? Number.NaN
  if (Number.isNaN(value)) return undefined
  if (family !== 'wolkvox_agent_state_start_timestamp_seconds') return value
  const start = Math.round(fetchedAt - value * 1000) / 1000
  return start < 0 ? undefined : start
}

const written = agentFamiliesOf(await writeAgents(aSnapshot(agents, columns, fetchedAt)))

describe('the families of a thousand agents with hostile names', () => {
  it('are complete', () => {
    expect(Object.keys(written)).toEqual([...agentRowFamilies.map(({ name }) => name), 'wolkvox_agent_info'])
  })

  it.each(agentRowFamilies)(
    '$name is byte for byte the text of prom-client',
    async ({ name, help, field }) => {
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
      // prom-client does not write units.
      const [unit] = /seconds|ratio/.exec(name) ?? []
      const [helpLine, typeLine, ...samples] = (await registry.getSingleMetricAsString(name)).split('\n')
      const unitLines = unit === undefined ? [] : [`# UNIT ${name} ${unit}`]
      expect(lines).toEqual([helpLine, typeLine, ...unitLines, ...samples, ''])
    },
  )
})
