import { describe, it } from 'vitest'
import {
  configFiles,
  environments,
  fullBudgets,
  operationsOfEnvironment,
  operationsOfFile,
} from '../scheduling/any-config.ts'
import { expectPrintedDays, MIDNIGHT } from '../scheduling/printed-day.ts'
import { useFakeTime } from '../scheduling/run-reports.ts'

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
    await expectPrintedDays(configs, operationsOfEnvironment, { numRuns: 10, examples: [[EVERY_SECOND]] })
  })

  it('are what the account counts: several reports in the environment', async () => {
    const configs = environments({ min: 10, max: 1200 })
    await expectPrintedDays(configs, operationsOfEnvironment, { numRuns: 40 })
  })

  it('are what each account counts: several operations in a file', async () => {
    await expectPrintedDays(configFiles({ min: 1, max: 600 }), operationsOfFile, { numRuns: 20 })
  })

  it('are what the account counts: a file whose calls use up the limit', async () => {
    await expectPrintedDays(fullBudgets(), operationsOfFile, { numRuns: 60 })
  })
})
