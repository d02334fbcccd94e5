import { describe, expect, it, vi } from 'vitest'
import type { Operation } from '../../src/config/operation.ts'
import { anOperation } from '../../tools/fixtures.ts'
import {
  configFiles,
  environments,
  fullBudgets,
  operationsOfEnvironment,
  operationsOfFile,
} from './any-config.ts'
import { expectPrintedDays, MIDNIGHT } from './printed-day.ts'
import { HOUR, passTime, useFakeTime } from './run-reports.ts'
import { runSimulated } from './run-simulated.ts'

// Shorter ones make more calls: see test/simulator/daily-calls.test.ts.
const LONG = { min: 20 * 60, max: 24 * 3600 }

useFakeTime(MIDNIGHT)

describe('the printed calls a day of any accepted configuration', () => {
  it('are what the account counts: one operation in the environment', async () => {
    await expectPrintedDays(environments(LONG), operationsOfEnvironment, { numRuns: 15 })
  })

  it('are what each account counts: several operations in a file', async () => {
    await expectPrintedDays(configFiles(LONG), operationsOfFile, { numRuns: 15 })
  })

  it('are what the account counts: a file whose calls use up the limit', async () => {
    await expectPrintedDays(fullBudgets(), operationsOfFile, { numRuns: 8 })
  })
})

describe('a budget that the refreshes of the day use up', () => {
  // 500 calls a day of each report, 1,000 in all.
  const refreshIntervalMs = 172_800
  const operation = (overrides: Partial<Operation> = {}) =>
    anOperation({
      licenses: 1,
      reports: ['agents', 'skills'].map((name) => ({ name, refreshIntervalMs, staleAfterMs: HOUR })),
      ...overrides,
    })

  it('is used to the last call, day by day, without a pause', async () => {
    const ventas = operation()
    const running = await runSimulated([ventas], { latencyMs: 1000, maxRequestsInFlight: 1 })
    for (let day = 1; day <= 3; day += 1) {
      await passTime(24 * HOUR - 1)
      expect(running.limiterOf(ventas).requestsToday).toBe(1000)
      await passTime(1)
    }
    expect(running.statuses()).toEqual([200])
    for (const report of ['agents', 'skills'])
      expect(running.failuresOf(report)).toMatchObject([{ quota_exceeded: 0 }])
  })

  it('pauses the less important report when calls fail, so that agents are complete', async () => {
    const ventas = operation()
    // Every 50th call fails, and so do both retries of some refreshes.
    const running = await runSimulated([ventas], {
      latencyMs: 1000,
      maxRequestsInFlight: 1,
      fails: (call) => call % 50 === 0 || (call > 300 && call < 304),
    })
    await passTime(24 * HOUR - 1)
    expect(running.limiterOf(ventas).requestsToday).toBeLessThanOrEqual(1000)
    expect(running.limiterOf(ventas).requestsToday).toBeGreaterThan(990)
    expect(running.statuses().toSorted()).toEqual([200, 503])
    expect(running.failuresOf('agents')).toMatchObject([{ quota_exceeded: 0 }])
    const answered = running.calls.filter(({ report, status }) => report === 'agents' && status === 200)
    expect(answered.length).toBeGreaterThanOrEqual(499)
    expect(running.failuresOf('skills')[0]?.quota_exceeded).toBeGreaterThan(5)
  })

  it('pauses the less important report on a day of 25 hours, so that agents are complete', async () => {
    // Madrid's day begins.
    vi.setSystemTime('2026-10-24T22:00:00Z')
    const running = await runSimulated([operation({ timeZone: 'Europe/Madrid' })], {
      latencyMs: 1000,
      maxRequestsInFlight: 1,
    })
    await passTime(25 * HOUR - 1)
    expect(running.calls).toHaveLength(running.requestsToday()[0] ?? 0)
    expect(running.calls.length).toBeLessThanOrEqual(1000)
    expect(running.calls.length).toBeGreaterThan(990)
    expect(running.calls.filter(({ report }) => report === 'agents')).toHaveLength(521)
    expect(running.failuresOf('agents')).toMatchObject([{ quota_exceeded: 0 }])
    expect(running.failuresOf('skills')[0]?.quota_exceeded).toBeGreaterThan(0)
  })
})
