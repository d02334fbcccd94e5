import { expect, vi } from 'vitest'
import { accountIdOf, accountLabelOf } from '../../src/config/account.ts'
import { describeDailyCalls } from '../../src/config/daily-calls.ts'
import type { Operation } from '../../src/config/operation.ts'
import { DAY_MS } from '../../src/units.ts'
import fc from '../support/fast-check.ts'
import { MINUTE, passTime } from './run-reports.ts'
import { runSimulated } from './run-simulated.ts'

// Bogotá's day begins. In no time zone of the configurations are clocks changed on this or the next day: the simulator's days have
// 24 hours.
export const MIDNIGHT = '2026-03-10T05:00:00Z'

/** The calls a day that `check-config` prints: by operation and report, and by account. */
function printedCalls(operations: readonly Operation[]) {
  const ofReports = new Map<string, number>()
  const ofAccounts = new Map<string, number>()
  let section = ''
  for (const line of describeDailyCalls(operations)) {
    const number = (text = '') => Number(text.replaceAll(',', ''))
    const report = /^ {2}(?<name>\w+) +every \w+ +(?<calls>[\d,]+) calls a day$/.exec(line)?.groups
    const sum = /^ {2}(?<calls>[\d,]+) (of [\d,]+ calls a day \(|calls a day; )/.exec(line)?.groups
    if (!line.startsWith(' ')) section = line
    else if (report !== undefined) ofReports.set(`${section} ${report.name}`, number(report.calls))
    else if (sum !== undefined) ofAccounts.set(section, number(sum.calls))
  }
  return {
    ofReport: (operation: string, report: string) => ofReports.get(`Operation ${operation} ${report}`),
    ofAccount: (label: string) => ofAccounts.get(`Account ${label}`) ?? expect.fail(`no account ${label}`),
  }
}

/**
 * Runs operations for a day of fake time, with calls that take no time and do not fail, and expects that each account counts the
 * calls that `check-config` prints, and answers all of them.
 */
async function expectPrintedDay(operations: readonly Operation[]): Promise<void> {
  vi.setSystemTime(MIDNIGHT)
  const printed = printedCalls(operations)
  const running = await runSimulated(operations, { latencyMs: 0, maxRequestsInFlight: 1 })
  await passTime(DAY_MS - 1)
  const accounts = Map.groupBy(operations, accountIdOf).values()
  const counted = [...accounts].map((ofAccount) => {
    const [first = expect.fail()] = ofAccount
    const reports = ofAccount.flatMap(({ name, reports }) =>
      reports.map((report) => ({ name, report: report.name })),
    )
    return { first, reports, requests: running.limiterOf(first).totalRequests }
  })
  // The first calls come up to ten seconds after the start, so the last one of a report can come after the day.
  await passTime(MINUTE)
  await running.stop()
  for (const { first, reports, requests } of counted) {
    const bill = printed.ofAccount(accountLabelOf(first, operations))
    expect(requests).toBeLessThanOrEqual(bill)
    expect(requests).toBeGreaterThanOrEqual(bill - reports.length)
    const calls = reports.map(({ name, report }) => {
      const sentAt = running.calls
        .filter((call) => call.operation === name && call.report === report)
        .map(({ at }) => at)
      const [firstAt = 0] = sentAt
      const ofDay = sentAt.filter((at) => at < firstAt + DAY_MS).length
      expect(ofDay, `${name} ${report}`).toBe(printed.ofReport(name, report))
      return ofDay
    })
    expect(calls.reduce((sum, one) => sum + one, 0)).toBe(bill)
  }
  expect(running.statuses()).toEqual([200])
}

/** Expects the same of each configuration that is accepted. Those that are refused do not count as runs. */
export async function expectPrintedDays<T>(
  configs: fc.Arbitrary<T>,
  read: (config: T) => Promise<readonly Operation[] | undefined>,
  parameters: fc.Parameters<[T]>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(configs, async (config) => {
      const operations = await read(config)
      fc.pre(operations !== undefined)
      await expectPrintedDay(operations)
    }),
    parameters,
  )
}
