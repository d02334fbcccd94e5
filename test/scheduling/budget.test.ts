import { describe, expect, it } from 'vitest'
import { dayAt } from '../../src/scheduling/account-day.ts'
import {
  type AccountState,
  backoffMs,
  type DueTimes,
  dayEnd,
  isLimitReached,
  isQuotaExhausted,
  otherRequestsToday,
  requestsToday,
  reserveAgainst,
  withAccountCalls,
  withExhaustedQuota,
  withFreeQuota,
  withMeasurementSent,
  withProbe,
  withRequestToday,
} from '../../src/scheduling/budget.ts'
import type { ScheduledReport } from '../../src/scheduling/scheduled-report.ts'
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

  it.each([
    ['a day', 24 * HOUR],
    ['three days', 72 * HOUR],
    ['a thousand hours', 1000 * HOUR],
    ['the evening', 13 * HOUR],
    ['minus three days', -72 * HOUR],
  ])('stay counted while the clock is wrong for one request: by %s', (_, by) => {
    const before = { ...used(500), dailyLimit: 1000 }
    const wrong = withRequestToday(before, NOON + by)
    const after = withRequestToday(wrong, NOON + MINUTE)
    expect(requestsToday(after, NOON + MINUTE)).toBeGreaterThanOrEqual(501)
    expect(requestsToday(after, NOON + MINUTE)).toBeLessThanOrEqual(502)
    expect(isLimitReached({ ...after, dailyLimit: 501 }, NOON + MINUTE)).toBe(true)
  })

  it('of at most eight days are kept, and the one that was counted longest ago is forgotten', () => {
    let state = used(500)
    for (let day = 2; day < 10; day += 1) state = withRequestToday(state, NOON + day * 24 * HOUR)
    expect([state.requestsOfDay, ...(state.otherDays ?? [])]).toHaveLength(8)
    expect(requestsToday(state, NOON)).toBe(0)
  })

  it('measure other programs with the count of today, also after a wrong clock has counted', () => {
    const ahead = withRequestToday({ ...used(500), reports: [] }, NOON + 72 * HOUR)
    const measured = withAccountCalls(ahead, 700, NOON + MINUTE)
    expect(measured.otherRequests).toMatchObject({ day: '2026-03-10', count: 200 })
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

const aReport = (name: string, priority: number, measuresAccount = false): ScheduledReport => ({
  key: name,
  name,
  priority,
  refreshIntervalMs: HOUR,
  measuresAccount,
})

const FIRST = aReport('first', 0)
const SECOND = aReport('second', 1)
const MEASURING = aReport('measuring', 2, true)
const reports = [FIRST, SECOND, MEASURING]

/** Without due times: each report can be due at any moment. */
const reserveFor = (
  state: AccountState,
  report: ScheduledReport,
  now: number,
  dueTimes: DueTimes = new Map(),
) => reserveAgainst(state, report, momentAt(now), dueTimes)

/** At noon, 12 hours are left: a report needs 12 calls, with the reserve 14. */
const left = (calls: number) => ({ ...used(1000 - calls), reports })

describe('the requests of other programs', () => {
  const measured = withAccountCalls({ ...used(400), reports }, 700, NOON)

  it('are measured against our own, and count until the day turns', () => {
    expect(otherRequestsToday(measured, NOON)).toMatchObject({ count: 300, measuredAt: NOON })
    expect(otherRequestsToday(measured, NOON + 13 * HOUR)).toBeUndefined()
  })

  it('do not count if no report measures them any more', () => {
    expect(otherRequestsToday({ ...measured, reports: [FIRST] }, NOON)).toBeUndefined()
  })

  it('reach the limit together with our own when they are measured, not when they are expected to', () => {
    const near = withAccountCalls({ ...used(400), reports }, 990, NOON)
    expect(isLimitReached(near, NOON)).toBe(false)
    expect(isLimitReached(near, NOON + 6 * HOUR)).toBe(false)
    const reached = withAccountCalls({ ...used(400), reports }, 1000, NOON)
    expect(isLimitReached(reached, NOON + 6 * HOUR)).toBe(true)
    // The day has turned.
    expect(isLimitReached(reached, NOON + 13 * HOUR)).toBe(false)
  })

  it('that reach the limit let only the measurement through, once in 30 minutes', () => {
    const reached = withAccountCalls({ ...used(400), reports }, 1000, NOON)
    expect(backoffMs(reached, momentAt(NOON))).toBe(30 * MINUTE)
    expect(backoffMs(reached, momentAt(NOON), MEASURING)).toBe(0)
    const sent = withMeasurementSent(reached, momentAt(NOON))
    expect(backoffMs(sent, momentAt(NOON + 10 * MINUTE), MEASURING)).toBe(20 * MINUTE)
    expect(backoffMs(sent, momentAt(NOON + 30 * MINUTE), MEASURING)).toBe(0)
    // Our own calls are known: no measurement can show that they are fewer.
    const own = withMeasurementSent(left(0), momentAt(NOON - HOUR))
    expect(backoffMs(own, momentAt(NOON), MEASURING)).toBe(30 * MINUTE)
    // The last probe after a refusal counts too.
    const refused = withExhaustedQuota(reached, momentAt(NOON))
    expect(backoffMs(refused, momentAt(NOON), MEASURING)).toBe(30 * MINUTE + 2000)
  })
})

describe('the probe after a refusal', () => {
  const refused = withExhaustedQuota({ ...fresh, reports: [...reports, FIRST] }, momentAt(NOON))
  const probing = momentAt(NOON + 30 * MINUTE)

  it('is of the most important report: the others wait a little longer', () => {
    expect([FIRST, SECOND, MEASURING].map((each) => backoffMs(refused, probing, each))).toEqual([
      0, 1000, 2000,
    ])
    // If the most important report does not come, another one sends it.
    expect(backoffMs(refused, momentAt(NOON + 30 * MINUTE + 1000), SECOND)).toBe(0)
  })

  it('does not make the others wait once it has succeeded', () => {
    expect(backoffMs(withFreeQuota(refused), probing, MEASURING)).toBe(0)
  })
})

describe('the quota', () => {
  it('is exhausted by a refusal of wolkvox, our own calls, or those of others, until the day turns', () => {
    const refused = withExhaustedQuota(fresh, momentAt(NOON))
    const others = withAccountCalls({ ...used(400), reports }, 1000, NOON)
    const tomorrow = NOON + 13 * HOUR
    for (const state of [refused, used(1000), others]) {
      expect([isQuotaExhausted(state, NOON), isQuotaExhausted(state, tomorrow)]).toEqual([true, false])
    }
    expect(isQuotaExhausted(withFreeQuota(refused), NOON)).toBe(false)
  })

  it('is not exhausted while calls are only kept for more important reports', () => {
    expect(reserveFor(left(14), SECOND, NOON)).toBeDefined()
    expect(isQuotaExhausted(left(14), NOON)).toBe(false)
  })
})

describe('the calls that are kept for more important reports', () => {
  it('are what they need until the day turns', () => {
    expect(reserveFor(left(15), SECOND, NOON)).toBeUndefined()
    expect(reserveFor(left(14), SECOND, NOON)).toEqual({
      left: 14,
      forOthers: 0,
      forReports: 14,
      reports: ['first'],
    })
    expect(reserveFor(left(14), SECOND, NOON + HOUR)).toBeUndefined()
    expect(reserveFor(left(28), MEASURING, NOON)).toMatchObject({
      forReports: 28,
      reports: ['first', 'second'],
    })
  })

  it('are none for the most important report, and none if the limit is unknown', () => {
    expect(reserveFor(left(1), FIRST, NOON)).toBeUndefined()
    expect(reserveFor({ ...left(1), dailyLimit: undefined }, SECOND, NOON)).toBeUndefined()
  })

  it('are none for reports of equal importance', () => {
    const twice = { ...left(1), reports: [FIRST, { ...FIRST, name: 'first of another operation' }] }
    expect(reserveFor(twice, FIRST, NOON)).toBeUndefined()
  })

  it('are only those of refreshes that are still due', () => {
    const dueIn = (ms: number) => new Map([[FIRST.key, NOON + ms]])
    expect(reserveFor(left(14), SECOND, NOON, dueIn(0))).toMatchObject({ forReports: 14 })
    expect(reserveFor(left(13), SECOND, NOON, dueIn(HOUR - 1))).toMatchObject({ forReports: 14 })
    expect(reserveFor(left(14), SECOND, NOON, dueIn(HOUR))).toBeUndefined()
    expect(reserveFor(left(13), SECOND, NOON, dueIn(HOUR))).toMatchObject({ forReports: 13 })
  })

  describe('in a budget that the refreshes of the day use up', () => {
    // 500 calls a day.
    const refreshIntervalMs = 172_800
    const first = { ...FIRST, refreshIntervalMs }
    const second = { ...SECOND, refreshIntervalMs }
    const state = (count: number) => ({ ...used(count), reports: [first, second] })
    /** Each report has two refreshes left, the second one now. */
    const LATE = NOON + 11 * HOUR + 55 * MINUTE
    const dueTimes = new Map([
      [first.key, LATE + 1],
      [second.key, LATE],
    ])

    it('are none while no other calls than those of the schedule were made', () => {
      expect(reserveFor(state(996), second, LATE, dueTimes)).toBeUndefined()
    })

    it('are those of retries too, once a call was retried', () => {
      const reserve = { left: 3, forOthers: 0, forReports: 4, reports: ['first'] }
      expect(reserveFor(state(997), second, LATE, dueTimes)).toEqual(reserve)
      // Ten calls more are allowed, and were used for retries.
      const roomy = { ...state(1006), dailyLimit: 1010 }
      expect(reserveFor(roomy, second, LATE, dueTimes)).toEqual({ ...reserve, left: 4 })
      expect(reserveFor({ ...roomy, dailyLimit: 1011 }, second, LATE, dueTimes)).toBeUndefined()
    })

    it('are those of retries too if other programs make calls', () => {
      const shared = { ...state(1020), dailyLimit: 1024, reports: [first, second, MEASURING] }
      const { otherRequests } = withAccountCalls(shared, 1022, NOON)
      const measured = new Map([...dueTimes, [MEASURING.key, LATE + HOUR]])
      expect(reserveFor(shared, second, LATE, measured)).toBeUndefined()
      expect(reserveFor({ ...shared, otherRequests }, second, LATE, measured)).toMatchObject({
        left: 2,
        forReports: 4,
      })
    })

    it('are not available to a retry of a less important report', () => {
      const end = NOON + 12 * HOUR
      const dueAt = (secondAt: number) =>
        new Map([
          [first.key, end],
          [second.key, secondAt],
        ])
      expect(reserveFor(state(998), second, end - MINUTE, dueAt(end - MINUTE))).toBeUndefined()
      expect(reserveFor(state(998), second, end - MINUTE, dueAt(end))).toMatchObject({
        left: 2,
        forReports: 2,
      })
    })
  })

  it('leave other programs what they are expected to use', () => {
    // 25 an hour, so 300 until midnight.
    const { otherRequests } = withAccountCalls({ ...used(100), reports }, 400, NOON)
    const state = { ...used(100), reports, otherRequests }
    expect(reserveFor({ ...state, dailyLimit: 715 }, SECOND, NOON)).toBeUndefined()
    expect(reserveFor({ ...state, dailyLimit: 714 }, SECOND, NOON)).toEqual({
      left: 314,
      forOthers: 300,
      forReports: 14,
      reports: ['first'],
    })
    // What is only expected does not stop the measurement.
    expect(reserveFor({ ...state, dailyLimit: 429 }, MEASURING, NOON)).toBeUndefined()
    expect(reserveFor({ ...state, dailyLimit: 428 }, MEASURING, NOON)).toMatchObject({ left: 28 })
    // Nothing is left: the measurement is the probe.
    expect(reserveFor({ ...state, dailyLimit: 400 }, MEASURING, NOON)).toBeUndefined()
  })
})
