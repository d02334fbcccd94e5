import { describe, expect, it } from 'vitest'
import { dailyCallsOf, describeDailyCalls, excessProblem } from '../../src/config/daily-calls.ts'
import type { ReportSettings } from '../../src/config/operation.ts'
import { parseDuration } from '../../src/units.ts'
import { anOperation, type OperationOverrides } from '../../tools/fixtures.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const every = (name: string, refreshIntervalMs: number): ReportSettings => ({
  name,
  refreshIntervalMs,
  staleAfterMs: 3 * refreshIntervalMs,
})

/** All seven reports at their default intervals, under made-up names. */
const SEVEN = [
  every('first', 5 * MINUTE),
  every('second', 5 * MINUTE),
  every('third', 5 * MINUTE),
  every('fourth', 15 * MINUTE),
  every('fifth', 5 * MINUTE),
  every('sixth', 5 * MINUTE),
  every('seventh', HOUR),
]

const operationOn = (server: string, name: string, overrides: OperationOverrides = {}) =>
  anOperation({ name, server, baseUrl: `https://wv${server}.wolkvox.com`, ...overrides })

describe('the daily calls of an account', () => {
  it('has the calls a day of each report, and their sum', () => {
    const account = dailyCallsOf([{ name: 'ventas', licenses: 2, reports: SEVEN }])
    expect(account.items.map(({ calls }) => calls)).toEqual([288, 288, 288, 96, 288, 288, 24])
    expect(account).toMatchObject({ calls: 1560, licenses: 2, limit: 2000 })
  })

  it('has the reports of all operations, and the licences of any', () => {
    const account = dailyCallsOf([
      { name: 'ventas', licenses: undefined, reports: [every('first', HOUR)] },
      { name: 'soporte', licenses: 3, reports: [every('first', 7 * HOUR)] },
    ])
    expect(account.items).toEqual([
      { operation: 'ventas', report: 'first', refreshIntervalMs: HOUR, calls: 24 },
      // A started interval costs a call too.
      { operation: 'soporte', report: 'first', refreshIntervalMs: 7 * HOUR, calls: 4 },
    ])
    expect(account).toMatchObject({ calls: 28, limit: 3000 })
  })
})

describe('an excess', () => {
  const excess = (licenses: number | undefined, ...operations: ReportSettings[][]) =>
    excessProblem(
      dailyCallsOf(operations.map((reports, index) => ({ name: `op-${index + 1}`, licenses, reports }))),
    )

  it('is none up to the limit, and none without licences', () => {
    expect(excess(2, SEVEN)).toBeUndefined()
    expect(excess(1, [every('first', 86_400)])).toBeUndefined()
    expect(excess(undefined, [every('first', 1000)])).toBeUndefined()
  })

  it('shows the calculation over all reports', () => {
    expect(excess(1, SEVEN)).toBe(
      'first every 5m (288) + second every 5m (288) + third every 5m (288) + fourth every 15m (96) + ' +
        'fifth every 5m (288) + sixth every 5m (288) + seventh every 1h (24) = 1,560 calls a day, more than the ' +
        '1,000 that the licences allow (1 × 1,000); set every interval to 10m9s or longer, or choose fewer reports',
    )
  })

  it('shows the calculation over all operations of the account', () => {
    const reports = [every('first', 2 * MINUTE)]
    expect(excess(1, reports)).toBeUndefined()
    expect(excess(1, reports, reports)).toMatch(
      /^op-1 first every 2m \(720\) \+ op-2 first every 2m \(720\) = 1,440 /,
    )
  })

  it.each<[string, ReportSettings[][]]>([
    ['one report', [[every('first', 1000)]]],
    ...[2, 3, 6, 7, 11].map((count): [string, ReportSettings[][]] => [
      `${count} reports with one interval`,
      [Array.from({ length: count }, (_, index) => every(`report_${index}`, 1000))],
    ]),
    ['reports with unequal intervals', [SEVEN]],
    ['operations with unequal intervals', [SEVEN, [every('first', 30_000)], [every('second', HOUR)]]],
  ])('is none if its suggestion is followed: %s', (_case, operations) => {
    const several = operations.flat().length > 1
    const advice = several ? /set every interval to (\w+) or longer/ : /set it to (\w+) or longer/
    const shortest = parseDuration(excess(1, ...operations)?.match(advice)?.[1] ?? '') ?? 0
    const withIntervals = (of: (ms: number) => number) =>
      operations.map((reports) => reports.map((report) => every(report.name, of(report.refreshIntervalMs))))
    expect(excess(1, ...withIntervals(() => shortest))).toBeUndefined()
    expect(excess(1, ...withIntervals((ms) => Math.max(ms, shortest)))).toBeUndefined()
    expect(excess(1, ...withIntervals(() => shortest - 1000))).toBeDefined()
  })

  it('suggests no interval if there are more reports than calls', () => {
    const operations = Array.from({ length: 1001 }, () => [every('first', 24 * HOUR)])
    expect(excess(1, ...operations)).toMatch(/\(1 × 1,000\); choose fewer reports$/)
  })
})

describe('the printed daily calls', () => {
  it('list the reports by operation, and the sums by account', () => {
    const operations = [
      operationOn('0042', 'ventas', { licenses: 1, reports: SEVEN.slice(0, 3) }),
      operationOn('0043', 'cobros'),
      operationOn('0042', 'soporte', { licenses: 1, reports: [every('fourth', 15 * MINUTE)] }),
    ]
    expect(describeDailyCalls(operations).join('\n')).toBe(`Operation ventas
  first   every 5m  288 calls a day
  second  every 5m  288 calls a day
  third   every 5m  288 calls a day
Operation cobros
  agents  every 5m  288 calls a day
Operation soporte
  fourth  every 15m  96 calls a day
Account 0042
  960 of 1,000 calls a day (1 licence × 1,000): 96%
  40 calls a day are left: enough for 40 retries; if more are needed, the least important reports pause first
Account 0043
  288 calls a day; the daily limit is unknown: set WOLKVOX_LICENSES, or licenses in a file`)
  })

  it('distinguish accounts with the same server', () => {
    const operations = [
      operationOn('0042', 'ventas'),
      operationOn('0042', 'pruebas', { baseUrl: 'https://proxy.example' }),
    ]
    expect(describeDailyCalls(operations).filter((line) => line.startsWith('Account'))).toEqual([
      'Account 0042@https://wv0042.wolkvox.com',
      'Account 0042@https://proxy.example',
    ])
  })
})
