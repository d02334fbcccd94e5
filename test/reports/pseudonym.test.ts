import { expect, it, vi } from 'vitest'
import { HASH_KEY } from '../../tools/fixtures.ts'

const hmacs = vi.hoisted(() => ({ count: 0 }))

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  return {
    ...crypto,
    createHmac: (...args: Parameters<typeof crypto.createHmac>) => {
      hmacs.count += 1
      return crypto.createHmac(...args)
    },
  }
})

const { pseudonymOf } = await import('../../src/reports/pseudonym.ts')

const MAX_AGENTS = 60_000

/** Ids and names of a response. @returns the pseudonyms, and how many were calculated */
function read(operation: string, agents = MAX_AGENTS) {
  const before = hmacs.count
  const found: string[] = []
  for (let agent = 0; agent < agents; agent += 1) {
    found.push(pseudonymOf(String(agent), 'id', operation, HASH_KEY))
    found.push(pseudonymOf(`Colibrí ${agent}`, 'name', operation, HASH_KEY))
  }
  return { found, calculated: hmacs.count - before }
}

it('the pseudonyms of the largest response are calculated once; another operation costs only as many as it has', () => {
  const first = read('ventas')
  expect([new Set(first.found).size, first.calculated]).toEqual([2 * MAX_AGENTS, 2 * MAX_AGENTS])
  expect(read('ventas')).toEqual({ found: first.found, calculated: 0 })
  expect(read('soporte', 1000).calculated).toBe(2000)
  expect(read('ventas').calculated).toBeLessThanOrEqual(2000)
})

it('what was not used for two generations is forgotten, so that memory is bounded', () => {
  read('ventas', 10)
  expect(read('ventas', 10).calculated).toBe(0)
  for (const operation of ['a', 'b']) read(operation)
  read('c', 10)
  expect(read('ventas', 10).calculated).toBe(20)
})

it('a text that is too long for a name is not remembered', () => {
  const long = 'x'.repeat(257)
  const before = hmacs.count
  for (let times = 0; times < 2; times += 1) pseudonymOf(long, 'name', 'ventas', HASH_KEY)
  expect(hmacs.count - before).toBe(2)
})
