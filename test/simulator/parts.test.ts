import { describe, expect, it } from 'vitest'
import { acceptsGzip } from '../../src/simulator/api/compression.ts'
import { Agenda } from '../../src/simulator/centre/agenda.ts'
import { nextArrival } from '../../src/simulator/centre/arrivals.ts'
import { demandFor } from '../../src/simulator/centre/demand.ts'
import { Fifo } from '../../src/simulator/centre/fifo.ts'
import { exponential, lognormal, seededRandom, wholeBetween } from '../../src/simulator/centre/random.ts'
import { planShift } from '../../src/simulator/centre/shifts.ts'
import { day, hour, parseTimeOfDay } from '../../src/simulator/centre/time.ts'

describe('the agenda', () => {
  it('lets events happen in the order of their seconds, those of one second as they were entered', () => {
    const agenda = new Agenda()
    const happened: string[] = []
    for (const [second, name] of [
      [5, 'c'] as const,
      [2, 'a'] as const,
      [5, 'd'] as const,
      [3, 'b'] as const,
    ]) {
      agenda.at(second, () => happened.push(`${name}${agenda.now}`))
    }
    agenda.runUntil(5)
    expect(happened).toEqual(['a2', 'b3', 'c5', 'd5'])
  })

  it('stops at the second asked for, with the rest still to come', () => {
    const agenda = new Agenda()
    const happened: number[] = []
    for (const second of [1, 2, 3]) agenda.at(second, () => happened.push(second))
    agenda.runUntil(2)
    expect(happened).toEqual([1, 2])
    expect(agenda.now).toBe(2)
    agenda.runUntil(9)
    expect(happened).toEqual([1, 2, 3])
  })

  it('lets an event bring another in the same second', () => {
    const agenda = new Agenda()
    const happened: string[] = []
    agenda.at(4, () => agenda.at(4, () => happened.push('brought')))
    agenda.runUntil(4)
    expect(happened).toEqual(['brought'])
  })

  it.each([3, 7.5])('refuses an event at second %d when it is second 5', (second) => {
    const agenda = new Agenda()
    agenda.runUntil(5)
    expect(() => agenda.at(second, () => {})).toThrow(RangeError)
  })
})

describe('a line', () => {
  it('serves first who came first, however many come and go', () => {
    const line = new Fifo<number>()
    for (let item = 0; item < 10_000; item += 1) line.push(item)
    for (let item = 0; item < 9_000; item += 1) expect(line.shift()).toBe(item)
    line.push(10_000)
    expect(line.peek()).toBe(9_000)
    for (let item = 9_000; item <= 10_000; item += 1) expect(line.shift()).toBe(item)
    expect(line.shift()).toBeUndefined()
    expect(line.peek()).toBeUndefined()
  })

  it('takes somebody back at its head', () => {
    const line = new Fifo<string>()
    line.push('first')
    line.push('second')
    const taken = line.shift() ?? ''
    line.putBack(taken)
    line.putBack('before all')
    expect([line.shift(), line.shift(), line.shift(), line.shift()]).toEqual([
      'before all',
      'first',
      'second',
      undefined,
    ])
  })
})

describe('chance', () => {
  const draws = 100_000
  const meanOf = (draw: () => number) => {
    let sum = 0
    for (let index = 0; index < draws; index += 1) sum += draw()
    return sum / draws
  }

  it('gives exponential times of the mean asked for', () => {
    const random = seededRandom(1)
    const mean = meanOf(() => exponential(random, 240))
    expect(mean).toBeGreaterThan(235)
    expect(mean).toBeLessThan(245)
  })

  it('gives lognormal times of the median and mean asked for', () => {
    const random = seededRandom(1)
    const underMedian = meanOf(() => (lognormal(random, 200, 0.6) < 200 ? 1 : 0))
    expect(underMedian).toBeCloseTo(0.5, 1)
    const mean = meanOf(() => lognormal(random, 200, 0.6))
    expect(mean / (200 * Math.exp(0.18))).toBeCloseTo(1, 1)
  })

  it('gives whole numbers with both ends included', () => {
    const random = seededRandom(1)
    const seen = new Set(Array.from({ length: 1000 }, () => wholeBetween(random, 4, 7)))
    expect([...seen].sort()).toEqual([4, 5, 6, 7])
  })
})

describe('calls', () => {
  const random = seededRandom(1)
  const shifts = Array.from({ length: 400 }, (_, index) => planShift(random, index)).filter(
    (shift) => shift !== undefined,
  )
  const demand = demandFor(shifts)

  it('come at the rate of the hour', () => {
    const arrivals: number[] = []
    for (let at = nextArrival(random, demand, 0); at !== undefined; at = nextArrival(random, demand, at)) {
      arrivals.push(at)
    }
    for (const time of [8, 11, 13, 15, 19]) {
      const counted = arrivals.filter((at) => at >= time * hour && at < (time + 1) * hour).length
      let expected = 0
      for (let second = time * hour; second < (time + 1) * hour; second += 1)
        expected += demand.rateAt(second)
      // Four standard deviations of a Poisson count.
      expect(Math.abs(counted - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  it('never come above the peak rate, nor at night', () => {
    for (let second = 0; second < day; second += 60) {
      expect(demand.rateAt(second)).toBeLessThanOrEqual(demand.peakRate)
    }
    expect(demand.rateAt(3 * hour)).toBe(0)
    expect(demand.rateAt(23.5 * hour)).toBe(0)
  })

  it('do not come where nobody works', () => {
    expect(nextArrival(random, demandFor([]), 0)).toBeUndefined()
  })
})

describe('a shift', () => {
  const random = seededRandom(9)
  const shifts = Array.from({ length: 1000 }, (_, index) => planShift(random, index))

  it('lies within one day, its pauses in order within it', () => {
    for (const shift of shifts) {
      if (shift === undefined) continue
      expect(shift.loginAt).toBeGreaterThan(5 * hour)
      expect(shift.logoutAt).toBeLessThan(23 * hour)
      const times = [shift.loginAt, ...shift.pauses.map(({ at }) => at), shift.logoutAt]
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    }
  })

  it('has lunch in it for everybody', () => {
    for (const shift of shifts) {
      if (shift !== undefined) expect(shift.pauses.map(({ name }) => name)).toContain('Almuerzo')
    }
  })

  it('is missed now and then', () => {
    const absent = shifts.filter((shift) => shift === undefined).length
    expect(absent).toBeGreaterThan(10)
    expect(absent).toBeLessThan(60)
  })
})

describe('a time of day', () => {
  it.each([
    ['00:00', 0],
    ['10:30', 10.5 * hour],
    ['23:59', day - 60],
  ])('%s is read as %d seconds', (text, seconds) => {
    expect(parseTimeOfDay(text)).toBe(seconds)
  })

  it.each(['24:00', '10:60', '9:30', '1030', ''])('%j is refused', (text) => {
    expect(() => parseTimeOfDay(text)).toThrow(RangeError)
  })
})

describe('an Accept-Encoding header', () => {
  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['GZIP', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0', false],
    ['identity', false],
    [undefined, false],
  ])('%j allows gzip: %s', (header, allowed) => {
    expect(acceptsGzip(header)).toBe(allowed)
  })
})
