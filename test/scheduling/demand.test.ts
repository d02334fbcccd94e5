import { expect, it } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { callsNeeded, demandOf, type ReportDemand } from '../../src/scheduling/demand.ts'

const HOUR = 3_600_000

const aDemand = (refreshIntervalMs: number): ReportDemand => ({
  report: 'made_up',
  priority: 0,
  refreshIntervalMs,
  measuresAccount: false,
})

// What a supervisor looks at all day comes first.
const MOST_IMPORTANT = ['agents', 'skills', 'campaigns']

it('the most important reports come first, then the others in the order of the list', () => {
  const byPriority = reports
    .map(({ name }) => demandOf({ name, refreshIntervalMs: HOUR }))
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ report }) => report)
  const isKnown = (name: string) => reports.some((report) => report.name === name)
  const first = MOST_IMPORTANT.filter(isKnown)
  const rest = reports.map(({ name }) => name).filter((name) => !MOST_IMPORTANT.includes(name))
  expect(byPriority).toEqual([...first, ...rest])
})

it('only token_info measures the calls of the account', () => {
  const measuring = reports
    .map(({ name }) => demandOf({ name, refreshIntervalMs: HOUR }))
    .filter(({ measuresAccount }) => measuresAccount)
  expect(measuring).toEqual([
    { report: 'token_info', priority: expect.any(Number), refreshIntervalMs: HOUR, measuresAccount: true },
  ])
})

it.each([
  ['a day of agents', [aDemand(HOUR / 12)], 24 * HOUR, 288 + 2],
  ['a started interval', [aDemand(HOUR)], HOUR + 1, 2 + 2],
  ['several', [aDemand(HOUR), aDemand(HOUR / 2)], 2 * HOUR, 2 + 2 + 4 + 2],
  ['none', [], HOUR, 0],
])('calls for %s are needed with two retries for each report', (_what, demands, forMs, calls) => {
  expect(callsNeeded(demands, forMs)).toBe(calls)
})
