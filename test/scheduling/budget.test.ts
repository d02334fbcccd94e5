import { describe, expect, it } from 'vitest'
import {
  backoffMs,
  dayAt,
  dayEnd,
  isLimitReached,
  requestsToday,
  withExhaustedQuota,
  withFreeQuota,
  withProbe,
  withRequestToday,
} from '../../src/scheduling/budget.ts'
import { anAccountState, momentAt } from '../../tools/fixtures.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
// Noon in Bogotá, whose day ends at 05:00 UTC.
const NOON = Date.parse('2026-03-10T17:00:00Z')

const fresh = anAccountState({ requestsOfDay: { day: '2026-03-10', count: 0 } })
const used = (count: number) =>
  anAccountState({ dailyLimit: 1000, requestsOfDay: { day: '2026-03-10', count } })

describe("the account's day", () => {
  it.each([
    ['America/Bogota', '2026-03-10T04:59:59Z', '2026-03-09'],
    ['America/Bogota', '2026-03-10T05:00:00Z', '2026-03-10'],
    ['America/Mexico_City', '2026-03-10T05:59:59Z', '2026-03-09'],
    ['America/Mexico_City', '2026-03-10T06:00:00Z', '2026-03-10'],
    ['Europe/Madrid', '2026-03-28T22:59:59Z', '2026-03-28'],
    ['Europe/Madrid', '2026-03-28T23:00:00Z', '2026-03-29'],
    // The clock has changed: midnight comes an hour earlier.
    ['Europe/Madrid', '2026-03-29T21:59:59Z', '2026-03-29'],
    ['Europe/Madrid', '2026-03-29T22:00:00Z', '2026-03-30'],
  ])('in %s at %s is %s', (timeZone, moment, day) => {
    expect(dayAt(Date.parse(moment), timeZone)).toBe(day)
  })

  it.each([
    ['America/Bogota', '2026-03-10T17:00:00Z', '2026-03-11T05:00:00Z'],
    // A day of 23 hours and one of 25.
    ['Europe/Madrid', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Madrid', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ])('in %s at %s ends at %s', (timeZone, moment, end) => {
    expect(dayEnd(anAccountState({ timeZone }), Date.parse(moment))).toBe(Date.parse(end))
  })
})

describe('the requests of a day', () => {
  it('are counted, from zero when the day turns', () => {
    const twice = withRequestToday(withRequestToday(fresh, NOON), NOON + HOUR)
    expect(requestsToday(twice, NOON + HOUR)).toBe(2)
    const tomorrow = NOON + 12 * HOUR
    expect(requestsToday(twice, tomorrow)).toBe(0)
    expect(withRequestToday(twice, tomorrow).requestsOfDay).toEqual({ day: '2026-03-11', count: 1 })
  })

  it('reach the limit with the last request that it allows', () => {
    expect(isLimitReached(used(999), NOON)).toBe(false)
    expect(isLimitReached(withRequestToday(used(999), NOON), NOON)).toBe(true)
    expect(isLimitReached(used(1000), NOON + 12 * HOUR)).toBe(false)
  })

  it('have no limit without licences', () => {
    expect(isLimitReached({ ...used(1e9), dailyLimit: undefined }, NOON)).toBe(false)
  })
})

describe('the backoff', () => {
  const exhausted = withExhaustedQuota(fresh, momentAt(NOON))

  it('is zero while calls are allowed', () => {
    expect(backoffMs(fresh, momentAt(NOON))).toBe(0)
    expect(backoffMs(used(999), momentAt(NOON))).toBe(0)
  })

  it('counts down to the next probe after a refusal', () => {
    expect(backoffMs(exhausted, momentAt(NOON))).toBe(30 * MINUTE)
    expect(backoffMs(exhausted, momentAt(NOON + 10 * MINUTE))).toBe(20 * MINUTE)
    expect(backoffMs(exhausted, momentAt(NOON + 30 * MINUTE))).toBe(0)
    expect(backoffMs(exhausted, momentAt(NOON + HOUR))).toBe(0)
  })

  it('ends when the day turns', () => {
    const late = NOON + 12 * HOUR - 10 * MINUTE
    expect(backoffMs(withExhaustedQuota(fresh, momentAt(late)), momentAt(late))).toBe(10 * MINUTE)
    expect(backoffMs(used(1000), momentAt(late))).toBe(10 * MINUTE)
  })

  it('ends with a success', () => {
    expect(backoffMs(withFreeQuota(exhausted), momentAt(NOON + 1))).toBe(0)
    expect(withFreeQuota(fresh)).toBe(fresh)
  })

  it('begins again with a probe, successful or not', () => {
    const probing = momentAt(NOON + 30 * MINUTE)
    expect(backoffMs(withProbe(exhausted, probing), probing)).toBe(30 * MINUTE)
    expect(withProbe(fresh, probing)).toBe(fresh)
    // The first request of another day is no probe.
    expect(withProbe(exhausted, momentAt(NOON + 12 * HOUR))).toBe(exhausted)
  })

  it.each([
    ['an hour', -HOUR],
    ['over midnight', -13 * HOUR],
    ['ahead by an hour', HOUR],
  ])('does not change when the wall clock is set back or ahead: %s', (_how, by) => {
    const { wallMs, monotonicMs } = momentAt(NOON + 10 * MINUTE)
    expect(backoffMs(exhausted, { wallMs: wallMs + by, monotonicMs })).toBe(20 * MINUTE)
  })

  it('is zero if the refusal was noted while the clock was days ahead', () => {
    const ahead = withExhaustedQuota(fresh, momentAt(NOON + 1000 * HOUR))
    expect(backoffMs(ahead, { wallMs: NOON, monotonicMs: NOON })).toBe(0)
  })
})
