import { describe, expect, it } from 'vitest'
import { renderAgents } from '../../src/exposition/agent-page.ts'

/** Agents that all have names of this length. */
function snapshotOf(count: number, nameLength: number) {
  const name = 'x'.repeat(nameLength)
  const agents = Array.from({ length: count }, (_, index) => ({
    id: String(index),
    name,
    state: 'READY',
    category: 'ready' as const,
    values: { calls: 1 },
  }))
  return { fetchedAt: 0, agents, records: count, bytes: 0 }
}

describe('the page of the agents', () => {
  it('owns its memory, so that it can change hands between threads', () => {
    for (const piece of renderAgents(snapshotOf(1, 5), 'ventas')) {
      expect(piece.buffer.byteLength).toBe(piece.byteLength)
    }
  })
})
