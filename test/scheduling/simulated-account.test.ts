import { describe, expect, it } from 'vitest'
import { anOperation } from '../../tools/fixtures.ts'
import { HOUR, MINUTE, passTime, useFakeTime } from './run-reports.ts'
import { runSimulated } from './run-simulated.ts'

// Bogotá's day begins, and that of the simulator.
useFakeTime('2026-03-10T05:00:00Z')

const operationWith = (name: string, intervals: Readonly<Record<string, number>>, licenses?: number) =>
  anOperation({
    name,
    licenses,
    reports: Object.entries(intervals).map(([report, refreshIntervalMs]) => ({
      name: report,
      refreshIntervalMs,
      staleAfterMs: 3 * refreshIntervalMs,
    })),
  })

/** All failed refreshes of a report, by operation. */
const failuresOf = (running: Awaited<ReturnType<typeof runSimulated>>, report: string) =>
  running.failuresOf(report).map((failures) => Object.values(failures).reduce((sum, count) => sum + count, 0))

const SEVEN = {
  agents: 5 * MINUTE,
  skills: 5 * MINUTE,
  campaigns: 5 * MINUTE,
  latency: 15 * MINUTE,
  chats: 5 * MINUTE,
  interactions: 5 * MINUTE,
  token_info: HOUR,
}

/** wolkvox's own limit. */
const TWO_AT_ONCE = 2

describe('two operations on one account', () => {
  const operations = [operationWith('ventas', SEVEN), operationWith('soporte', SEVEN)]

  it('never make a second call at once: an account that allows one answers 403 to none in 1,000 refreshes', async () => {
    const running = await runSimulated(operations, { latencyMs: 10_000, maxRequestsInFlight: 1 })
    while (running.refreshes() < 1000) await passTime(MINUTE)
    expect(running.statuses()).toEqual([200])
  })

  it('would get 403 if they were two accounts for the exporter', async () => {
    const [ventas = anOperation(), soporte = anOperation()] = operations
    const running = await runSimulated([ventas, { ...soporte, baseUrl: 'https://proxy.example' }], {
      latencyMs: 10_000,
      maxRequestsInFlight: 1,
      accountOf: () => 'one account',
    })
    await passTime(HOUR)
    expect(running.statuses()).toContain(403)
  })
})

describe('a budget of one licence with five reports', () => {
  // 1,440 calls a day.
  const five = {
    agents: 5 * MINUTE,
    skills: 5 * MINUTE,
    campaigns: 5 * MINUTE,
    chats: 5 * MINUTE,
    interactions: 5 * MINUTE,
  }

  it('is never exceeded, and agents are never paused', async () => {
    const ventas = operationWith('ventas', five, 1)
    const running = await runSimulated([ventas], { latencyMs: 1000, maxRequestsInFlight: TWO_AT_ONCE })
    for (let day = 1; day <= 2; day += 1) {
      await passTime(24 * HOUR - 1000)
      expect(running.requestsToday()[0]).toBeLessThanOrEqual(1000)
      expect(running.requestsToday()[0]).toBeGreaterThan(980)
      expect(running.limiterOf(ventas).requestsToday).toBe(running.requestsToday()[0])
      await passTime(1000)
    }
    // No call was refused by wolkvox, and no refresh of the agents failed.
    expect(running.statuses()).toEqual([200])
    expect(failuresOf(running, 'agents')).toEqual([0])
    const agentCalls = running.calls.filter(({ report }) => report === 'agents')
    expect(agentCalls.length).toBeGreaterThanOrEqual(2 * 288)
    expect(failuresOf(running, 'interactions')[0]).toBeGreaterThan(0)
  })
})

describe('two exporters on one account', () => {
  it('leave each other the calls of the agents, but for what the last measurement has not shown', async () => {
    const reports = { agents: 5 * MINUTE, skills: 5 * MINUTE, token_info: 30 * MINUTE }
    const ventas = operationWith('ventas', reports, 1)
    // Two accounts of the exporter with one upstream: neither knows the calls of the other, except from token_info.
    const other = { ...operationWith('soporte', reports, 1), baseUrl: 'https://proxy.example' }
    const running = await runSimulated([ventas, other], {
      latencyMs: 1000,
      maxRequestsInFlight: TWO_AT_ONCE,
      accountOf: () => 'one account',
    })
    await passTime(24 * HOUR - 2000)
    expect(running.limiterOf(ventas).requestsToday).toBeGreaterThan(900)
    for (const failures of failuresOf(running, 'agents')) expect(failures).toBeLessThanOrEqual(2)
    expect(running.calls.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(2)
  })
})
