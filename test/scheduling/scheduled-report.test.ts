import { expect, it } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { callsNeeded, type ScheduledReport, scheduledReport } from '../../src/scheduling/scheduled-report.ts'

const HOUR = 3_600_000

const aReport = (refreshIntervalMs: number): ScheduledReport => ({
  name: 'made_up',
  priority: 0,
  refreshIntervalMs,
  measuresAccount: false,
})

// What a supervisor looks at all day comes first.
const MOST_IMPORTANT = ['agents', 'skills', 'campaigns']

it('the most important reports come first, then the others in the order of the list', () => {
  const byPriority = reports
    .map(({ name }) => scheduledReport({ name, refreshIntervalMs: HOUR }))
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ name }) => name)
  const isKnown = (name: string) => reports.some((report) => report.name === name)
  const first = MOST_IMPORTANT.filter(isKnown)
  const rest = reports.map(({ name }) => name).filter((name) => !MOST_IMPORTANT.includes(name))
  expect(byPriority).toEqual([...first, ...rest])
})

it('only token_info measures the calls of the account', () => {
  const measuring = reports
    .map(({ name }) => scheduledReport({ name, refreshIntervalMs: HOUR }))
    .filter(({ measuresAccount }) => measuresAccount)
  expect(measuring).toEqual([
    { name: 'token_info', priority: expect.any(Number), refreshIntervalMs: HOUR, measuresAccount: true },
  ])
})

it.each([
  ['a day of agents', [aReport(HOUR / 12)], 24 * HOUR, 288 + 2],
  ['a started interval', [aReport(HOUR)], HOUR + 1, 2 + 2],
  ['several', [aReport(HOUR), aReport(HOUR / 2)], 2 * HOUR, 2 + 2 + 4 + 2],
  ['none', [], HOUR, 0],
])('calls for %s are needed with two retries for each report', (_what, scheduled, forMs, calls) => {
  expect(callsNeeded(scheduled, forMs)).toBe(calls)
})

it('prefers operations with a higher priority among the same report, and important reports among all', () => {
  const inOrder = [
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }, 100),
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }),
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }, -100),
    scheduledReport({ name: 'skills', refreshIntervalMs: HOUR }, 100),
  ].map(({ priority }) => priority)
  expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other))
  expect(new Set(inOrder).size).toBe(inOrder.length)
})
