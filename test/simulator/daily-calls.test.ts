import { describe, expect, it, vi } from 'vitest'
import { DAY_MS } from '../../src/units.ts'
import {
  configFiles,
  environments,
  fullBudgets,
  operationsOfEnvironment,
  operationsOfFile,
} from '../scheduling/any-config.ts'
import { expectPrintedDays, MIDNIGHT } from '../scheduling/printed-day.ts'
import { MINUTE, passTime, useFakeTime } from '../scheduling/run-reports.ts'
import { runSimulated } from '../scheduling/run-simulated.ts'
import fc from '../support/fast-check.ts'

useFakeTime(MIDNIGHT)

/** A day at the shortest interval that is accepted. */
const EVERY_SECOND = {
  WOLKVOX_SERVER: '0042',
  WOLKVOX_TOKEN: 'test-token',
  WOLKVOX_REFRESH_INTERVAL: '1s',
  WOLKVOX_LICENSES: '87',
}

// The unit tests have longer intervals: a day of them has fewer calls.
describe('the printed calls a day of a configuration with short intervals', { timeout: 300_000 }, () => {
  it('are what the account counts: one report each second', async () => {
    const configs = environments({ min: 1, max: 10 }, 1)
    await expectPrintedDays(configs, operationsOfEnvironment, { numRuns: 4, examples: [[EVERY_SECOND]] })
  })

  it('are what the account counts: several reports in the environment', async () => {
    const configs = environments({ min: 10, max: 1200 })
    await expectPrintedDays(configs, operationsOfEnvironment, { numRuns: 20 })
  })

  it('are what each account counts: several operations in a file', async () => {
    await expectPrintedDays(configFiles({ min: 5, max: 600 }), operationsOfFile, { numRuns: 12 })
  })

  it('are what the account counts: a file whose calls use up the limit', async () => {
    await expectPrintedDays(fullBudgets(), operationsOfFile, { numRuns: 30 })
  })
})

describe('a budget that the refreshes of the day use up', { timeout: 300_000 }, () => {
  /** Runs a configuration for three days from any minute of a day, with calls that take time. */
  async function runDays(config: string, minute: number, fails?: (call: number) => boolean) {
    const operations = (await operationsOfFile(config)) ?? expect.fail('the configuration is refused')
    vi.setSystemTime(Date.parse(MIDNIGHT) + minute * MINUTE)
    const running = await runSimulated(operations, {
      latencyMs: 400,
      maxRequestsInFlight: 1,
      ...(fails && { fails }),
    })
    await passTime(3 * DAY_MS)
    const stopped = running.stop()
    // A call may be in flight.
    await passTime(MINUTE)
    await stopped
    const names = new Set(operations.flatMap(({ reports }) => reports.map(({ name }) => name)))
    const refused = [...names].flatMap((name) =>
      running.failuresOf(name).map(({ quota_exceeded }) => quota_exceeded),
    )
    return { statuses: running.statuses(), refused: refused.reduce((sum, count) => sum + count, 0) }
  }

  const minutes = fc.nat(24 * 60 - 1)

  it('lets every refresh of three days through, whenever the exporter starts', async () => {
    await fc.assert(
      fc.asyncProperty(fullBudgets(), minutes, async (config, minute) => {
        expect(await runDays(config, minute)).toEqual({ statuses: [200], refused: 0 })
      }),
      { numRuns: 10 },
    )
  })

  it('is never exceeded, however often calls fail', async () => {
    await fc.assert(
      fc.asyncProperty(
        fullBudgets(),
        minutes,
        fc.integer({ min: 1, max: 50 }),
        async (config, minute, each) => {
          const { statuses } = await runDays(config, minute, (call) => call % each === 0)
          expect(statuses).not.toContain(403)
        },
      ),
      { numRuns: 10 },
    )
  })
})
