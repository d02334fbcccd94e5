import { describe, expect, it } from 'vitest'
import { landingOf } from '../../src/commands/landing.ts'
import type { Outcome } from '../../src/refresh/attempt.ts'
import { initialState, withNextRefresh, withOutcome, withRefreshUnderWay } from '../../src/refresh/state.ts'
import { anOperation, momentAt } from '../support/helpers.ts'

const NOW = Date.UTC(2026, 0, 2, 15)

const before = initialState(anOperation(), [], NOW)

const rejections = { records: {}, values: {} }

const success: Outcome = {
  ok: true,
  served: {
    fetchedAt: NOW,
    records: 12,
    responseBytes: 1000,
    agentsByCategory: { ready: 5, talk: 4, ring: 0, acw: 1, aux: 0, logout: 1, unknown: 0 },
    page: [],
  },
  rejections,
}

const failure: Outcome = {
  ok: false,
  failure: { reason: 'timeout', message: 'wolkvox kept the call waiting too long' },
  rejections,
}

const rowOf = (state: typeof before, now: number) =>
  landingOf('1.2.3', '/m', [state], momentAt(now)).operations[0]

describe('the row of an operation', () => {
  it('tells that the first refresh is under way', () => {
    expect(rowOf(withRefreshUnderWay(before, NOW), NOW)?.status).toBe('under way')
  })

  it('tells that none has begun yet, as when an earlier run has called not long ago', () => {
    expect(rowOf(before, NOW)).toEqual({
      name: 'ventas',
      status: 'none since the start',
      data: 'none yet',
      nextRefresh: 'in 0s',
    })
  })

  it('tells of a success how old it is and when the next is due', () => {
    const state = withNextRefresh(withOutcome(before, success, 1234, momentAt(NOW)), NOW + 300_000)
    expect(rowOf(state, NOW + 12_000)).toEqual({
      name: 'ventas',
      status: 'ok, took 1.23 s',
      data: '11 agents, 12s old',
      nextRefresh: 'in 4m48s',
    })
  })

  it('tells why nothing has come yet', () => {
    expect(rowOf(withOutcome(before, failure, 1, momentAt(NOW)), NOW)).toMatchObject({
      status: expect.stringMatching(
        /^failed \(timeout\): wolkvox kept the call waiting too long; .+ raise the timeout$/,
      ),
      data: 'none yet',
    })
  })

  it('tells of a failure what is still served', () => {
    const state = withOutcome(withOutcome(before, success, 1, momentAt(NOW)), failure, 1, momentAt(NOW))
    expect(rowOf(state, NOW + 900_000)?.data).toBe('11 agents, 15m old')
    expect(rowOf(state, NOW + 901_000)?.data).toBe('11 agents, 15m1s old: stale, withdrawn')
  })

  it('does not count below zero when a refresh is overdue or the clock was set back', () => {
    const state = withNextRefresh(withOutcome(before, success, 1, momentAt(NOW)), NOW - 5000)
    expect(rowOf(state, NOW - 3000)).toMatchObject({ data: '11 agents, 0s old', nextRefresh: 'in 0s' })
  })
})

it('has a row for each operation, and none of them holds the token', () => {
  const states = ['ventas', 'soporte'].map((name) => ({
    ...before,
    operation: { ...before.operation, name },
  }))
  const landing = landingOf('1.2.3', '/m', states, momentAt(NOW))
  expect(landing.operations.map(({ name }) => name)).toEqual(['ventas', 'soporte'])
  expect([landing.version, landing.telemetryPath]).toEqual(['1.2.3', '/m'])
  expect(JSON.stringify(landing)).not.toContain('test-token')
})
