import { expect, it } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { refreshesIn, scheduledReport } from '../../src/scheduling/scheduled-report.ts'

const HOUR = 3_600_000

const VENTAS = { name: 'ventas', priority: 0 }

// What a supervisor looks at all day comes first.
const MOST_IMPORTANT = ['agents', 'skills', 'campaigns']

it('the most important reports come first, then the others in the order of the list', () => {
  const byPriority = reports
    .map(({ name }) => scheduledReport({ name, refreshIntervalMs: HOUR }, VENTAS))
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ name }) => name)
  const isKnown = (name: string) => reports.some((report) => report.name === name)
  const first = MOST_IMPORTANT.filter(isKnown)
  const rest = reports.map(({ name }) => name).filter((name) => !MOST_IMPORTANT.includes(name))
  expect(byPriority).toEqual([...first, ...rest])
})

it('only token_info measures the calls of the account', () => {
  const measuring = reports
    .map(({ name }) => scheduledReport({ name, refreshIntervalMs: HOUR }, VENTAS))
    .filter(({ measuresAccount }) => measuresAccount)
  expect(measuring).toEqual([
    {
      key: '["ventas","token_info"]',
      name: 'token_info',
      priority: expect.any(Number),
      refreshIntervalMs: HOUR,
      measuresAccount: true,
    },
  ])
})

it.each([
  ['a day every five minutes', HOUR / 12, 24 * HOUR, undefined, 288],
  ['a started interval', HOUR, HOUR + 1, undefined, 2],
  ['an unknown moment in an interval', HOUR, HOUR, undefined, 1],
  ['the next one later', HOUR, 3 * HOUR, 1, 3],
  ['the next one almost an interval later', HOUR, 3 * HOUR - 1, HOUR - 1, 2],
  ['the next one at the end', HOUR, HOUR, HOUR, 0],
  ['the next one after the end', HOUR, HOUR, 2 * HOUR, 0],
  ['one that is late: it comes now, and the next one on schedule', HOUR, HOUR, -1, 2],
  ['a late one whose successor is due at the end', HOUR, HOUR - 1, -1, 1],
  ['one that has missed ticks', HOUR, HOUR, -10 * HOUR - 1, 2],
])('the refreshes in a time: %s', (_what, refreshIntervalMs, forMs, dueInMs, refreshes) => {
  expect(refreshesIn({ refreshIntervalMs }, forMs, dueInMs)).toBe(refreshes)
})

it('prefers operations with a higher priority among the same report, and important reports among all', () => {
  const inOrder = [
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }, { ...VENTAS, priority: 100 }),
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }, VENTAS),
    scheduledReport({ name: 'agents', refreshIntervalMs: HOUR }, { ...VENTAS, priority: -100 }),
    scheduledReport({ name: 'skills', refreshIntervalMs: HOUR }, { ...VENTAS, priority: 100 }),
  ].map(({ priority }) => priority)
  expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other))
  expect(new Set(inOrder).size).toBe(inOrder.length)
})
