import { describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { dailyCallsOf } from '../../src/config/daily-calls.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { MAX_RETRIES, type Operation } from '../../src/config/operation.ts'
import { reports } from '../../src/reports/index.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { createSupervisor } from '../../src/scheduling/supervisor.ts'
import { DAY_MS, formatDuration } from '../../src/units.ts'
import fc from '../support/fast-check.ts'
import {
  anAccountStorage,
  anAttempt,
  aSnapshotStorage,
  good,
  silentEvents,
  stopAfterTest,
  useFakeTime,
} from './run-reports.ts'

// Bogotá's day begins. It has 24 hours on every date.
const MIDNIGHT = '2026-03-10T05:00:00Z'

useFakeTime(MIDNIGHT)

/** Settings of the environment; the shortest intervals are left out, because a day of them takes minutes. */
const environments = fc.record(
  {
    WOLKVOX_SERVER: fc.constant('0042'),
    WOLKVOX_TOKEN: fc.constant('test-token'),
    WOLKVOX_REPORTS: fc
      .subarray(
        reports.map(({ name }) => name),
        { minLength: 1 },
      )
      .map((names) => names.join(',')),
    WOLKVOX_REFRESH_INTERVAL: fc
      .oneof(fc.integer({ min: 120, max: 3600 }), fc.integer({ min: 3601, max: 86_400 }))
      .map((seconds) => formatDuration(seconds * 1000)),
    WOLKVOX_LICENSES: fc.integer({ min: 1, max: 4 }).map(String),
    WOLKVOX_TIMEOUT: fc.integer({ min: 1, max: 120 }).map((seconds) => `${seconds}s`),
  },
  { requiredKeys: ['WOLKVOX_SERVER', 'WOLKVOX_TOKEN'] },
)

/** @returns `undefined` if the configuration is refused */
async function operationsOf(environment: Readonly<Record<string, string>>) {
  try {
    return (await readEnvironment(environment)).operations
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** Runs operations from midnight, with calls that take no time, and counts them. */
async function run(operations: readonly Operation[]) {
  vi.setSystemTime(MIDNIGHT)
  const sentAt = new Map<string, number[]>()
  const supervisor = createSupervisor({
    attempt: async (_operation, report) => {
      sentAt.set(report, [...(sentAt.get(report) ?? []), Date.now()])
      return anAttempt(good())
    },
    storageOf: () => anAccountStorage(),
    snapshotsOf: () => aSnapshotStorage(),
    events: silentEvents,
  })
  stopAfterTest(supervisor)
  await supervisor.apply(operations)
  return {
    requestsToday: () => requestsToday(supervisor.state().accounts[0] ?? expect.fail(), Date.now()),
    /** Calls of a report in the 24 hours from its first one. */
    callsOf(report: string) {
      const calls = sentAt.get(report) ?? []
      return calls.filter((at) => at < (calls[0] ?? 0) + DAY_MS).length
    },
    stop: () => supervisor.stop(),
  }
}

describe('the printed calls a day of any accepted configuration', () => {
  it('is what the account counts in a day', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(environments, async (environment) => {
        const operations = await operationsOf(environment)
        if (operations === undefined) return
        const daily = dailyCallsOf(operations)
        // Otherwise less important reports pause, because retries are kept for the others.
        if (daily.limit !== undefined && daily.limit - daily.calls < MAX_RETRIES * daily.items.length) return
        accepted += 1
        const running = await run(operations)
        await vi.advanceTimersByTimeAsync(DAY_MS - 1)
        // The first calls come up to ten seconds after midnight, so the last one of a report can be on the next day.
        const counted = running.requestsToday()
        expect(counted).toBeLessThanOrEqual(daily.calls)
        expect(counted).toBeGreaterThanOrEqual(daily.calls - daily.items.length)
        await vi.advanceTimersByTimeAsync(60_000)
        for (const { report, calls } of daily.items) expect(running.callsOf(report), report).toBe(calls)
        await running.stop()
      }),
      { numRuns: 25 },
    )
    expect(accepted).toBeGreaterThan(5)
  })
})
