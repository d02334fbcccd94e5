import { describe, expect, it, vi } from 'vitest'
import { memoizeByHeader } from '../../src/server/negotiation.ts'

/** A decision that counts how often it is made. */
function counted() {
  const decide = vi.fn((value: string | undefined) => `decided ${value?.length}`)
  const remembered = memoizeByHeader('accept', decide)
  const ask = (accept: string | undefined) => remembered(accept === undefined ? {} : { accept })
  return { ask, decisions: () => decide.mock.calls.length }
}

describe('the decision for a header', () => {
  it.each([
    ['a value', 'text/plain'],
    ['no value', undefined],
    ['1,024 characters', 'a'.repeat(1024)],
  ])('is cached for %s', (_what, value) => {
    const { ask, decisions } = counted()
    expect([ask(value), ask(value)]).toEqual([ask(value), ask(value)])
    expect(decisions()).toBe(1)
  })

  it('is made each time for a longer value, because a hostile client can vary it without end', () => {
    const { ask, decisions } = counted()
    for (let time = 0; time < 3; time += 1) ask('a'.repeat(1025))
    expect(decisions()).toBe(3)
  })

  it('is cached for the first 16 values only', () => {
    const { ask, decisions } = counted()
    for (let value = 0; value < 17; value += 1) ask(`value ${value}`)
    for (let value = 0; value < 16; value += 1) ask(`value ${value}`)
    expect(decisions()).toBe(17)
    ask('value 16')
    expect(decisions()).toBe(18)
  })
})
