import { describe, expect, it, vi } from 'vitest'
import type { Operation } from '../../src/config/operation.ts'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import { reportNamed } from '../../src/reports/index.ts'
import { readReport } from '../../src/reports/read-report.ts'
import { requestPathOf } from '../../src/reports/report.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { createSupervisor } from '../../src/scheduling/supervisor.ts'
import { startOperation, todayOf } from '../../src/simulator/api/operation.ts'
import { errorResponse, recordsResponse } from '../../src/simulator/api/responses.ts'
import { type ServedReport, servedReports } from '../../src/simulator/api/served-reports.ts'
import { simulatorDefaults } from '../../src/simulator/simulator.ts'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { anOperation, aRenderedSnapshot } from '../../tools/fixtures.ts'
import {
  anAccountStorage,
  anAttempt,
  aSnapshotStorage,
  HOUR,
  MINUTE,
  silentEvents,
  stopAfterTest,
  useFakeTime,
} from './run-reports.ts'

// Bogotá's day begins, and that of the simulator.
useFakeTime('2026-03-10T05:00:00Z')

const served: readonly ServedReport[] = servedReports

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

interface Upstream {
  readonly licenses: number
  /** How long each call takes. */
  readonly latencyMs: number
  /** Requests of other clients that never end: wolkvox allows two at once. */
  readonly inFlight?: number
}

/** Runs operations of one account against the simulator's centre, limits and responses, without a network and in fake time. */
async function run(operations: readonly Operation[], { licenses, latencyMs, inFlight = 0 }: Upstream) {
  const centre = startOperation({ ...simulatorDefaults, agents: 3, startAt: '00:00', licenses })
  for (let count = 0; count < inFlight; count += 1) centre.limiter.admit(todayOf(centre))
  const statuses = new Map<number, number>()
  const sentAt = new Map<string, number[]>()

  async function respond(path: string) {
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    const report = served.find((one) => one.path === pathname && one.api === searchParams.get('api'))
    const error = centre.limiter.admit(todayOf(centre))
    await new Promise((resolve) => setTimeout(resolve, latencyMs))
    if (error !== undefined) return errorResponse(error)
    centre.limiter.release()
    return recordsResponse(report?.recordsOf(centre, new Map(searchParams)) ?? [])
  }

  async function attempt(operation: Operation, name: string): Promise<Outcome> {
    sentAt.set(name, [...(sentAt.get(name) ?? []), Date.now()])
    const report = reportNamed(name)
    const { status, body } = await respond(requestPathOf(report, operation))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    try {
      const response = { status, body: Buffer.from(body), fetchedAt: Date.now(), retryAfter: '' }
      const { snapshot } = readReport(report, response, operation)
      const [accountCalls] =
        report.accountCallsField === undefined ? [] : (snapshot.columns[report.accountCallsField] ?? [])
      const rendered = aRenderedSnapshot({ report: name, fetchedAt: response.fetchedAt })
      return { ok: true, rendered, accountCalls, rejections: { records: {}, values: {} } }
    } catch (error) {
      if (!(error instanceof WolkvoxFailure)) throw error
      return failedOutcome(error.reason, error.message)
    }
  }

  const supervisor = createSupervisor({
    attempt: async (operation, report) => anAttempt(await attempt(operation, report)),
    storageOf: () => anAccountStorage(),
    snapshotsOf: () => aSnapshotStorage(),
    events: silentEvents,
  })
  stopAfterTest(supervisor)
  await supervisor.apply(operations)
  return {
    limiter: centre.limiter,
    /** The answer of wolkvox to one more request now. */
    admit: () => centre.limiter.admit(todayOf(centre)),
    statuses,
    sentAt,
    refreshes: () => supervisor.state().reports.reduce((sum, { refreshes }) => sum + refreshes, 0),
    requestsToday: () => supervisor.state().accounts.map((account) => requestsToday(account, Date.now())),
    failuresOf: (report: string) =>
      supervisor
        .state()
        .reports.filter((one) => one.report === report)
        .map(({ failures }) => Object.values(failures).reduce((sum, count) => sum + count, 0)),
  }
}

const SEVEN = {
  agents: 5 * MINUTE,
  skills: 5 * MINUTE,
  campaigns: 5 * MINUTE,
  latency: 15 * MINUTE,
  chats: 5 * MINUTE,
  interactions: 5 * MINUTE,
  token_info: HOUR,
}

describe('two operations on one account', () => {
  it('never make a second call at once: wolkvox answers 403 to none in 1,000 refreshes', async () => {
    const operations = [operationWith('ventas', SEVEN), operationWith('soporte', SEVEN)]
    const running = await run(operations, { licenses: 50, latencyMs: 10_000, inFlight: 1 })
    while (running.refreshes() < 1000) await vi.advanceTimersByTimeAsync(MINUTE)
    expect([...running.statuses.keys()]).toEqual([200])
    // The simulator refuses a second call at once.
    expect([running.admit(), running.admit()]).toMatchObject([undefined, { code: 403 }])
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
    const running = await run([operationWith('ventas', five, 1)], { licenses: 1, latencyMs: 1000 })
    for (let day = 1; day <= 2; day += 1) {
      await vi.advanceTimersByTimeAsync(24 * HOUR - 1000)
      expect(running.requestsToday()[0]).toBeLessThanOrEqual(1000)
      expect(running.requestsToday()[0]).toBeGreaterThan(980)
      expect(running.limiter.requestsToday).toBe(running.requestsToday()[0])
      await vi.advanceTimersByTimeAsync(1000)
    }
    // No call was refused by wolkvox, and no refresh of the agents failed.
    expect([...running.statuses.keys()]).toEqual([200])
    expect(running.failuresOf('agents')).toEqual([0])
    expect(running.sentAt.get('agents')?.length).toBeGreaterThanOrEqual(2 * 288)
    expect(running.failuresOf('interactions')[0]).toBeGreaterThan(0)
  })
})

describe('two exporters on one account', () => {
  it('leave each other the calls of the agents, but for what the last measurement has not shown', async () => {
    const reports = { agents: 5 * MINUTE, skills: 5 * MINUTE, token_info: 30 * MINUTE }
    const other = operationWith('soporte', reports, 1)
    // Two accounts of the exporter with one upstream: neither knows the calls of the other, except from token_info.
    const operations = [operationWith('ventas', reports, 1), { ...other, baseUrl: 'https://proxy.example' }]
    const running = await run(operations, { licenses: 1, latencyMs: 1000 })
    await vi.advanceTimersByTimeAsync(24 * HOUR - 2000)
    expect(running.limiter.requestsToday).toBeGreaterThan(900)
    for (const failures of running.failuresOf('agents')) expect(failures).toBeLessThanOrEqual(2)
    expect(running.statuses.get(403) ?? 0).toBeLessThanOrEqual(2)
  })
})
