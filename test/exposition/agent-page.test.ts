import { describe, expect, it } from 'vitest'
import { agentFamilies } from '../../src/exposition/agent-families.ts'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import { writeHeader } from '../../src/exposition/text-writer.ts'
import type { Snapshot } from '../../src/wolkvox/snapshot.ts'
import { textOfSegments } from '../support/helpers.ts'

/** As many agents as are asked for, each with its number as id, name, state and value. */
function aSnapshot(count: number): Snapshot {
  const agents = Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    name: `Ñandú ${index}`,
    state: `Pausa ${index}`,
    category: 'aux' as const,
  }))
  const columns = { calls: agents.map((_, index) => index) }
  return { fetchedAt: 0, agents, columns, records: count, bytes: 0 }
}

describe('the page of the agents', () => {
  it('has a segment for each family, empty where nobody has a value', async () => {
    const page = await renderAgents(aSnapshot(2), 'ventas')
    const filled = agentFamilies.filter((_, index) => page[index]?.length !== 0).map(({ name }) => name)
    expect(page).toHaveLength(agentFamilies.length)
    expect(filled).toEqual(['wolkvox_agent_calls', 'wolkvox_agent_state'])
  })

  it('writes each family on its own, though they take turns on the same sheets', async () => {
    const count = 500
    const text = textOfSegments(await renderAgents(aSnapshot(count), 'ventas'))
    const lines = Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const identity = `operation="ventas",agent_id="${index}",agent_name="Ñandú ${index}"`
      return [
        `wolkvox_agent_calls{${identity}} ${index}`,
        `wolkvox_agent_state{${identity},state="Pausa ${index}",category="aux"} 1`,
      ]
    })
    expect(text.trimEnd().split('\n').sort()).toEqual(lines.sort())
  })

  it('keeps two that are rendered at the same time apart', async () => {
    const pages = await Promise.all(['a', 'b'].map((name) => renderAgents(aSnapshot(50), name)))
    const operations = pages.map((page) => textOfSegments(page).match(/(?<=operation=")./g))
    expect(operations.map((found) => [...new Set(found)])).toEqual([['a'], ['b']])
  })

  it('owns its memory, so that it can change hands between threads', async () => {
    for (const { deflated } of await renderAgents(aSnapshot(1), 'ventas')) {
      expect(deflated.buffer.byteLength).toBe(deflated.byteLength)
    }
  })

  it('stands under the same headers in either format', () => {
    const headers = (format: 'text' | 'openmetrics') =>
      agentFamilies.map((family) => writeHeader(family, format))
    expect(headers('openmetrics')).toEqual(headers('text'))
  })
})
