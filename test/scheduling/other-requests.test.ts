import { describe, expect, it } from 'vitest'
import type { OtherRequests } from '../../src/model/storage-ports.ts'
import { expectedOthers, measureOthers } from '../../src/scheduling/other-requests.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = '2026-03-10'
// Bogotá's day begins at 05:00 UTC.
const MIDNIGHT = Date.parse('2026-03-10T05:00:00Z')
const at = (hours: number) => MIDNIGHT + hours * HOUR

function measure(
  accountCalls: number,
  own: number,
  hours: number,
  before?: OtherRequests,
  countedSince = 0,
): OtherRequests | undefined {
  return measureOthers(
    accountCalls,
    { day: DAY, count: own, countedSince },
    before,
    'America/Bogota',
    at(hours),
  )
}

describe('the requests of other programs', () => {
  it('are those of all programs without our own', () => {
    expect(measure(500, 200, 10)).toMatchObject({ day: DAY, count: 300, measuredAt: at(10) })
  })

  it('are never below zero, also if some of our calls did not reach wolkvox', () => {
    expect(measure(190, 200, 10)?.count).toBe(0)
  })

  it('have a mark for the beginning of the day, and about one each hour', () => {
    let others: OtherRequests | undefined
    for (let minutes = 10; minutes <= 180; minutes += 10) others = measure(minutes, 0, minutes / 60, others)
    expect(others?.marks.map((mark) => [(mark.at - MIDNIGHT) / MINUTE, mark.count])).toEqual([
      [0, 0],
      [60, 60],
      [120, 120],
      [180, 180],
    ])
    // Hourly measurements can be a little early.
    expect(measure(240, 0, 3.95, others)?.marks).toHaveLength(5)
    expect(measure(240, 0, 3.9, others)?.marks).toHaveLength(4)
  })

  it('have no mark before the first measurement if our own calls of the day are not known', () => {
    expect(measure(500, 200, 10, undefined, at(9))?.marks).toEqual([{ at: at(10), count: 300 }])
    expect(measure(500, 200, 10, undefined, at(0))?.marks).toHaveLength(2)
  })

  it.each([
    ['just after midnight, when wolkvox may still report yesterday', 0.05],
    ['if the day has turned during the call', 24.5],
  ])('stay as before %s', (_when, hours) => {
    const before = { day: '2026-03-09', count: 7, measuredAt: at(-1), marks: [{ at: at(-2), count: 6 }] }
    expect(measure(50_000, 1, hours, before)).toBe(before)
    expect(measure(50_000, 1, hours)).toBeUndefined()
  })

  it('have no marks of yesterday', () => {
    const yesterday = { day: '2026-03-09', count: 700, measuredAt: at(-1), marks: [{ at: at(-2), count: 6 }] }
    expect(measure(24, 0, 1, yesterday)?.marks).toEqual([
      { at: at(0), count: 0 },
      { at: at(1), count: 24 },
    ])
  })
})

/** How many calls other programs have made since midnight. */
type Program = (hours: number) => number

const steady: Program = (hours) => 30 * hours
/** 5,000 calls in ten minutes. */
const burstAt =
  (start: number): Program =>
  (hours) =>
    Math.min(5000, Math.max(0, (hours - start) * 30_000))
/** Each hour, 10 calls more than in the hour before. */
const growing: Program = (hours) => 5 * hours ** 2
const evening: Program = (hours) => Math.max(0, 100 * (hours - 18))
/** 60 calls at the beginning of each hour. */
const hourlyJob: Program = (hours) => 60 * (Math.floor(hours) + 1)
/** Another exporter: five reports every five minutes. */
const anotherExporter: Program = (hours) => 5 * (Math.floor(hours * 12) + 1)

interface Measurements {
  readonly program: Program
  /** Minutes from one measurement to the next. */
  readonly every: number
  /** Hours since midnight. */
  readonly from?: number
  readonly until: number
  /** Whether our own calls since midnight are known. */
  readonly isOwnKnown?: boolean
}

/** What is expected of other programs until midnight, after each measurement. */
function forecasts({ program, every, from = 0.1, until, isOwnKnown = true }: Measurements): number[] {
  const expected: number[] = []
  let others: OtherRequests | undefined
  for (let hours = from; hours <= until + 1e-9; hours += every / 60) {
    const own = Math.floor(hours * 65)
    others = measure(own + Math.floor(program(hours)), own, hours, others, isOwnKnown ? 0 : at(from))
    if (others !== undefined) expected.push(expectedOthers(others, at(24)) - others.count)
  }
  return expected
}

describe.each([5, 30, 60])('other programs that are measured every %i minutes', (every) => {
  const last = (measurements: Omit<Measurements, 'every'>) => forecasts({ ...measurements, every }).at(-1)

  it.each<[what: string, program: Program, until: number, least: number, most: number]>([
    ['steady, in the afternoon', steady, 18.1, 174, 180],
    ['steady, in the morning: no more calls than were measured', steady, 6.1, 180, 183],
    ['one burst, just after it', burstAt(9.9), 10.1, 0, 0],
    ['one burst, two hours later', burstAt(9.9), 12.1, 0, 0],
    // 1,242 will come.
    ['growing', growing, 18.1, 850, 1000],
    ['only in the evening, before it', evening, 17.1, 0, 0],
    // 290 will come.
    ['only in the evening, after three hours', evening, 21.1, 270, 310],
    ['a job each hour', hourlyJob, 18.1, 340, 390],
    ['another exporter', anotherExporter, 18.1, 340, 370],
    ['shortly after midnight', steady, 0.1, 3, 3],
  ])('are expected to continue: %s', (_what, program, until, least, most) => {
    const expected = last({ program, until })
    expect(expected).toBeGreaterThanOrEqual(least)
    expect(expected).toBeLessThanOrEqual(most)
  })

  it('are not expected to repeat a burst at any time of the day', () => {
    for (const start of [3, 6.95, 10, 10.05, 17.9, 22]) {
      expect(Math.max(...forecasts({ program: burstAt(start), every, until: 23.9 }))).toBe(0)
    }
  })

  it('are expected from what was measured since a start without storage', () => {
    const measurements = { program: steady, from: 12, isOwnKnown: false }
    expect(last({ ...measurements, until: 12 })).toBe(0)
    expect(last({ ...measurements, until: 18 })).toBeGreaterThanOrEqual(178)
    expect(last({ ...measurements, until: 18 })).toBeLessThanOrEqual(182)
  })

  it('never have a forecast above what was measured, also if a burst comes first', () => {
    const expected = forecasts({ program: burstAt(12.1), every, from: 12, until: 20, isOwnKnown: false })
    expect(Math.max(...expected)).toBeLessThanOrEqual(5000)
    expect(forecasts({ program: burstAt(12.1), every, from: 12, until: 14, isOwnKnown: false }).at(-1)).toBe(
      0,
    )
  })
})

describe('a forecast', () => {
  const measured: OtherRequests = {
    day: DAY,
    count: 300,
    measuredAt: at(10),
    marks: [
      { at: at(0), count: 0 },
      { at: at(10), count: 300 },
    ],
  }

  it('grows until it has doubled what was measured', () => {
    expect(expectedOthers(measured, at(10))).toBe(300)
    expect(expectedOthers(measured, at(10.5))).toBe(315)
    expect(expectedOthers(measured, at(20))).toBe(600)
    expect(expectedOthers(measured, at(24))).toBe(600)
  })

  it('is the count if the clock was set back', () => {
    expect(expectedOthers(measured, at(9))).toBe(300)
    const { marks } = measured
    expect(expectedOthers({ ...measured, measuredAt: at(-2), marks: marks.slice(0, 1) }, at(1))).toBe(300)
    expect(expectedOthers({ ...measured, marks: marks.toReversed() }, at(20))).toBe(300)
  })

  it('continues after a restart with storage, and starts again without', () => {
    const restored = JSON.parse(JSON.stringify(measured)) as OtherRequests
    const continued = measure(330, 0, 11, restored)
    expect(continued && expectedOthers(continued, at(12))).toBe(360)
    const without = measure(330, 0, 11, undefined, at(10.9))
    expect(without && expectedOthers(without, at(12))).toBe(330)
  })
})
