import { describe, expect, it } from 'vitest'
import { createSharedBody } from '../../src/exposition/shared-body.ts'
import type { Moment } from '../../src/refresh/moment.ts'
import { initialState, type OperationState, withNextRefresh, withServed } from '../../src/refresh/state.ts'
import { anOperation, momentAt } from '../support/helpers.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

function aBody() {
  const agentsByCategory = { ready: 1, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 }
  const served = { fetchedAt: NOW, records: 1, responseBytes: 1, agentsByCategory, page: [] }
  let states: readonly OperationState[] = [
    withServed(initialState(anOperation(), [], NOW), served, momentAt(NOW)),
  ]
  let made = 0
  const make = async (): Promise<number> => {
    made += 1
    if (made === 3) throw new Error('broken')
    return made
  }
  const ask = createSharedBody(() => states, make)
  return {
    at: (now: Moment | number) => ask(typeof now === 'number' ? momentAt(now) : now),
    change: () => {
      states = states.map((state) => withNextRefresh(state, 1))
    },
  }
}

describe('a body', () => {
  it('is made once for all who ask within a second, also while it is being made', async () => {
    const body = aBody()
    expect(await Promise.all([body.at(NOW), body.at(NOW), body.at(NOW + 999)])).toEqual([1, 1, 1])
    expect(await body.at(NOW + 1000)).toBe(2)
  })

  it('is made anew as soon as a state has changed', async () => {
    const body = aBody()
    await body.at(NOW)
    body.change()
    expect(await body.at(NOW)).toBe(2)
  })

  it('is made anew as soon as the data has turned stale', async () => {
    const body = aBody()
    const stale = NOW + anOperation().staleAfterMs
    expect(await body.at(stale)).toBe(1)
    expect(await body.at(stale + 1)).toBe(2)
  })

  it('that fails late does not take away the one that has been made since', async () => {
    let fail = (_error: Error) => {}
    const makes = [new Promise<number>((_resolve, reject) => (fail = reject)), Promise.resolve(2)]
    let states: readonly OperationState[] = []
    const ask = createSharedBody(
      () => states,
      async () => makes.shift() ?? 3,
    )
    const first = ask(momentAt(NOW))
    states = [initialState(anOperation(), [], NOW)]
    expect(await ask(momentAt(NOW))).toBe(2)
    fail(new Error('late'))
    await expect(first).rejects.toThrow('late')
    expect(await ask(momentAt(NOW))).toBe(2)
  })

  it('that could not be made is tried anew by the next who asks', async () => {
    const body = aBody()
    await body.at(NOW)
    await body.at(NOW + 1000)
    await expect(body.at(NOW + 2000)).rejects.toThrow('broken')
    expect(await body.at(NOW + 2000)).toBe(4)
  })
})
