import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure, Outcome } from '../../src/refresh/attempt.ts'
import { now } from '../../src/refresh/moment.ts'
import { type Refresher, startRefresher } from '../../src/refresh/refresher.ts'
import { isStale, requestsToday } from '../../src/refresh/state.ts'
import { type Calls, noStorage, type Storage, type StoredCalls } from '../../src/refresh/storage.ts'
import { createTokenQueue } from '../../src/refresh/token-queue.ts'
import { anOperation } from '../support/helpers.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const rejections = { records: {}, values: {} }

function good(): Outcome {
  const agentsByCategory = { ready: 1, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 }
  return {
    ok: true,
    served: { fetchedAt: Date.now(), records: 1, responseBytes: 100, agentsByCategory, page: [] },
    rejections,
  }
}

function bad(reason: Failure['reason']): Outcome {
  return { ok: false, failure: { reason, message: reason }, rejections }
}

let refreshers: Refresher[] = []
let starts: string[] = []

/** Starts a refresher at a moment; what its calls bring is decided by the moment of each. */
function start(
  moment: string,
  outcomeAt: (call: number) => Outcome | Promise<Outcome>,
  { storage = noStorage, ...overrides }: Parameters<typeof anOperation>[0] & { storage?: Storage } = {},
) {
  vi.useFakeTimers({ now: Date.parse(moment) })
  // In the middle of the jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const refresher = startRefresher(anOperation(overrides), {
    fields: [],
    tokens: createTokenQueue(),
    storage,
    onWait: () => {},
    onRetry: () => {},
    onRefresh: () => {},
    attempt: async () => {
      starts.push(new Date().toISOString().slice(0, 19))
      return outcomeAt(starts.length)
    },
  })
  refreshers.push(refresher)
  return refresher
}

beforeEach(() => {
  refreshers = []
  starts = []
})

afterEach(async () => {
  await Promise.all(refreshers.map((refresher) => refresher.stop()))
  expect(vi.getTimerCount()).toBe(0)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a call that failed for a passing reason', () => {
  it('is made again twice in the same refresh, and each costs a request', async () => {
    const refresher = start('2026-03-10T17:00:00Z', () => bad('connect'))
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(starts).toEqual([
      '2026-03-10T17:00:00',
      '2026-03-10T17:00:05',
      '2026-03-10T17:00:20',
      '2026-03-10T17:05:00',
      '2026-03-10T17:05:05',
      '2026-03-10T17:05:20',
    ])
    expect(refresher.state()).toMatchObject({ refreshes: 2, requests: 6, failures: { connect: 2 } })
  })

  it('ends well with the first try that succeeds, and counts no failure', async () => {
    const refresher = start('2026-03-10T17:00:00Z', (call) => (call === 1 ? bad('timeout') : good()))
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(refresher.state()).toMatchObject({ refreshes: 1, requests: 2, failures: { timeout: 0 } })
    expect(refresher.state().lastRefresh).toEqual({ durationMs: 5000, failure: undefined })
  })

  it('is not made again when another try fails for good', async () => {
    const refresher = start('2026-03-10T17:00:00Z', (call) =>
      bad(call === 1 ? 'http_error' : 'invalid_token'),
    )
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(refresher.state()).toMatchObject({ requests: 2, failures: { http_error: 0, invalid_token: 1 } })
  })
})

describe('the daily limit', () => {
  // Six calls before the day turns would be due in the half hour left of it.
  const beforeMidnight = { licenses: 1, refreshIntervalMs: 5 * MINUTE }
  const spent = (day: string, count: number): Storage => ({
    ...noStorage,
    load: async () => ({ calls: { requestsOfDay: { day, count }, nextRefreshAt: 0 }, served: undefined }),
  })

  it('lets the last call through, sends none past it, and goes on when the day turns', async () => {
    const refresher = start('2026-03-11T04:40:00Z', good, {
      ...beforeMidnight,
      storage: spent('2026-03-10', 998),
    })
    await vi.advanceTimersByTimeAsync(19 * MINUTE)
    expect(starts).toEqual(['2026-03-11T04:40:00', '2026-03-11T04:45:00'])
    expect(requestsToday(refresher.state(), Date.now())).toBe(1000)
    expect(refresher.state().lastRefresh?.failure).toMatchObject({ reason: 'quota_exceeded' })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(starts.slice(2)).toEqual(['2026-03-11T05:00:00', '2026-03-11T05:05:00'])
    expect(requestsToday(refresher.state(), Date.now())).toBe(2)
  })

  it('also holds back a retry', async () => {
    start('2026-03-11T04:40:00Z', () => bad('connect'), {
      ...beforeMidnight,
      storage: spent('2026-03-10', 999),
    })
    await vi.advanceTimersByTimeAsync(19 * MINUTE)
    expect(starts).toHaveLength(1)
  })

  it('of yesterday does not count today', async () => {
    start('2026-03-11T05:00:00Z', good, { ...beforeMidnight, storage: spent('2026-03-10', 1000) })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(starts).toHaveLength(1)
  })

  it('is not opened anew by a clock that is set back over midnight and comes round again', async () => {
    const refresher = start('2026-03-11T05:05:00Z', good, {
      ...beforeMidnight,
      storage: spent('2026-03-11', 998),
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(requestsToday(refresher.state(), Date.now())).toBe(999)
    vi.setSystemTime(Date.now() - HOUR)
    expect(requestsToday(refresher.state(), Date.now())).toBe(999)
    await vi.advanceTimersByTimeAsync(3 * HOUR)
    expect(starts).toHaveLength(2)
    expect(requestsToday(refresher.state(), Date.now())).toBe(1000)
  })
})

describe('a day counted while the clock was years ahead', () => {
  it('is none to wait for', async () => {
    const refresher = start('2026-03-10T17:00:00Z', good, {
      licenses: 1,
      storage: {
        ...noStorage,
        load: async () => ({
          calls: { requestsOfDay: { day: '2030-03-10', count: 1000 }, nextRefreshAt: 0 },
          served: undefined,
        }),
      },
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(starts).toHaveLength(1)
    expect(refresher.state().requestsOfDay).toEqual({ day: '2026-03-10', count: 1 })
  })
})

describe('after quota_exceeded', () => {
  it.each([
    ['America/Bogota', '2026-03-11T03:50:00Z', ['04:20:00', '04:50:00', '05:00:00']],
    ['America/Mexico_City', '2026-03-11T04:50:00Z', ['05:20:00', '05:50:00', '06:00:00']],
    // The night in which Madrid's clock goes from 2 to 3: its day begins at 23:00 UTC and the next one at 22:00.
    ['Europe/Madrid', '2026-03-28T21:50:00Z', ['22:20:00', '22:50:00', '23:00:00']],
    ['Europe/Madrid', '2026-03-29T20:50:00Z', ['21:20:00', '21:50:00', '22:00:00']],
  ])(
    'one probe every 30 minutes, and a call when the day turns: %s at %s',
    async (timeZone, moment, times) => {
      const turns = Date.parse(`${moment.slice(0, 11)}${times[2]}Z`)
      start(moment, () => (Date.now() < turns ? bad('quota_exceeded') : good()), { timeZone })
      await vi.advanceTimersByTimeAsync(70 * MINUTE)
      expect(starts.slice(1).map((text) => text.slice(11))).toEqual(times)
      await vi.advanceTimersByTimeAsync(10 * MINUTE)
      // Then the rhythm is the usual one again, from there.
      expect(starts).toHaveLength(6)
    },
  )

  it('goes on at once with the rhythm when a probe succeeds', async () => {
    start('2026-03-10T17:00:00Z', (call) => (call === 1 ? bad('quota_exceeded') : good()))
    await vi.advanceTimersByTimeAsync(41 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:00:00', '17:30:00', '17:35:00', '17:40:00'])
  })

  it('stays with one probe in 30 minutes when probes fail for other reasons, and tries none of them again', async () => {
    const then = ['quota_exceeded', 'http_error', 'forbidden', 'connect'] as const
    start('2026-03-10T17:00:00Z', (call) => bad(then[call - 1] ?? 'timeout'))
    await vi.advanceTimersByTimeAsync(125 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual([
      '17:00:00',
      '17:30:00',
      '18:00:00',
      '18:30:00',
      '19:00:00',
    ])
  })

  it('stays with it after a restart', async () => {
    const storage = {
      ...noStorage,
      load: async () => ({
        calls: {
          requestsOfDay: { day: '2026-03-10', count: 7 },
          quotaSpentOn: '2026-03-10',
          nextRefreshAt: Date.parse('2026-03-10T17:10:00Z'),
        },
        served: undefined,
      }),
    }
    start('2026-03-10T17:00:00Z', () => bad('connect'), { storage })
    await vi.advanceTimersByTimeAsync(45 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:10:00', '17:40:00'])
  })

  it('keeps probing every 30 minutes when the clock is set back an hour', async () => {
    start('2026-03-10T17:00:00Z', () => bad('quota_exceeded'))
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    vi.setSystemTime(Date.now() - HOUR)
    await vi.advanceTimersByTimeAsync(55 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:00:00', '16:30:00', '17:00:00'])
  })

  it('keeps waiting when the clock is set back over midnight and a probe fails for another reason', async () => {
    // 00:10 in Bogotá.
    start('2026-03-11T05:10:00Z', (call) => bad(call === 1 ? 'quota_exceeded' : 'forbidden'))
    await vi.advanceTimersByTimeAsync(MINUTE)
    vi.setSystemTime(Date.now() - 2 * HOUR)
    await vi.advanceTimersByTimeAsync(95 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['05:10:00', '03:40:00', '04:10:00', '04:40:00'])
  })

  it('waits until the day turns, without a call, once its own count has reached the limit too', async () => {
    const storage = {
      ...noStorage,
      load: async () => ({
        calls: { requestsOfDay: { day: '2026-03-10', count: 998 }, nextRefreshAt: 0 },
        served: undefined,
      }),
    }
    const refresher = start('2026-03-11T03:00:00Z', () => bad('quota_exceeded'), { storage, licenses: 1 })
    await vi.advanceTimersByTimeAsync(65 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['03:00:00', '03:30:00'])
    expect(refresher.state().quotaSpentOn).toBe('2026-03-10')
    expect(refresher.state().nextRefreshAt).toBe(Date.parse('2026-03-11T04:30:00Z'))
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(starts.slice(2).map((text) => text.slice(11))).toEqual(['05:00:00'])
  })

  it('tells when the next call is due', async () => {
    const refresher = start('2026-03-10T17:00:00Z', () => bad('quota_exceeded'))
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(refresher.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:30:00Z'))
  })

  it('does not call more often than the rhythm', async () => {
    start('2026-03-10T17:00:00Z', () => bad('quota_exceeded'), { refreshIntervalMs: HOUR })
    await vi.advanceTimersByTimeAsync(2 * HOUR)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:00:00', '18:00:00', '19:00:00'])
  })
})

describe('a restart', () => {
  function leaving(calls: StoredCalls | undefined, fetchedAt?: string): Storage {
    const outcome = good()
    const served =
      outcome.ok && fetchedAt !== undefined
        ? { ...outcome.served, fetchedAt: Date.parse(fetchedAt) }
        : undefined
    return { ...noStorage, load: async () => ({ calls, served }) }
  }
  const planned = (at: string, count = 7) => ({
    requestsOfDay: { day: '2026-03-10', count },
    nextRefreshAt: Date.parse(at),
  })

  it('serves what was kept, and calls when the next fetch is due', async () => {
    const storage = leaving(planned('2026-03-10T17:03:00Z'), '2026-03-10T16:58:00Z')
    const refresher = start('2026-03-10T17:00:00Z', good, { storage })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(refresher.state().served?.fetchedAt).toBe(Date.parse('2026-03-10T16:58:00Z'))
    expect(refresher.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:03:00Z'))
    await vi.advanceTimersByTimeAsync(8 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:03:00', '17:08:00'])
    expect(requestsToday(refresher.state(), Date.now())).toBe(9)
  })

  it('calls at once after the token has changed, however young the data is, and serves the data', async () => {
    const calls = { ...planned('2026-03-10T17:00:00Z'), haveOtherCredentials: true }
    const storage = leaving(calls, '2026-03-10T16:59:00Z')
    const refresher = start('2026-03-10T17:00:00Z', () => bad('invalid_token'), { storage })
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toHaveLength(1)
    expect(refresher.state().served?.fetchedAt).toBe(Date.parse('2026-03-10T16:59:00Z'))
  })

  it('waits also where only the data tells that a call was made', async () => {
    start('2026-03-10T17:00:00Z', good, { storage: leaving(undefined, '2026-03-10T16:56:00Z') })
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:01:00'])
  })

  it('waits where a call was made whose answer was lost', async () => {
    start('2026-03-10T17:00:00Z', good, { storage: leaving(planned('2026-03-10T17:04:30Z')) })
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:04:30'])
  })

  it('calls at once when the last call is longer ago than the interval', async () => {
    start('2026-03-10T17:00:00Z', good, {
      storage: leaving(planned('2026-03-10T16:00:00Z'), '2026-03-10T15:55:00Z'),
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toHaveLength(1)
  })

  it('within the wait for quota goes on waiting', async () => {
    start('2026-03-10T17:00:00Z', good, { storage: leaving(planned('2026-03-10T17:29:00Z')) })
    await vi.advanceTimersByTimeAsync(29 * MINUTE)
    expect(starts.map((text) => text.slice(11))).toEqual(['17:29:00'])
  })
})

describe('what is kept for a restart', () => {
  it('is told of before each call is sent, with the start of the next', async () => {
    const kept: string[] = []
    const storage = {
      ...noStorage,
      saveCalls: async ({ requestsOfDay, nextRefreshAt }: Calls) => {
        kept.push(
          `${starts.length} sent, ${requestsOfDay.count} counted, next ${new Date(nextRefreshAt).toISOString().slice(11, 19)}`,
        )
        return true
      },
    }
    start('2026-03-10T17:00:00Z', good, { storage })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(kept).toEqual([
      '0 sent, 1 counted, next 17:05:00',
      '1 sent, 1 counted, next 17:05:00',
      '1 sent, 2 counted, next 17:10:00',
      '2 sent, 2 counted, next 17:10:00',
    ])
  })

  it('that cannot be kept is counted, and costs no refresh', async () => {
    const storage = { ...noStorage, saveCalls: async () => false, saveSnapshot: async () => false }
    const refresher = start('2026-03-10T17:00:00Z', good, { storage })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(refresher.state()).toMatchObject({ refreshes: 1, storageFailures: 3 })
    expect(refresher.state().lastRefresh?.failure).toBeUndefined()
  })
})

describe('the clock', () => {
  it('set back an hour changes neither the rhythm nor the age of the data', async () => {
    const refresher = start('2026-03-10T17:00:00Z', good)
    await vi.advanceTimersByTimeAsync(7 * MINUTE)
    vi.setSystemTime(Date.now() - HOUR)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(starts).toEqual([
      '2026-03-10T17:00:00',
      '2026-03-10T17:05:00',
      '2026-03-10T16:10:00',
      '2026-03-10T16:15:00',
    ])
    expect(refresher.state().nextRefreshAt).toBe(Date.parse('2026-03-10T16:20:00Z'))
  })

  it('set back an hour keeps no old data: it turns stale when its time is up', async () => {
    const refresher = start('2026-03-10T17:00:00Z', (call) => (call === 1 ? good() : bad('tls')))
    await vi.advanceTimersByTimeAsync(MINUTE)
    vi.setSystemTime(Date.now() - HOUR)
    await vi.advanceTimersByTimeAsync(14 * MINUTE)
    expect(isStale(refresher.state(), now())).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isStale(refresher.state(), now())).toBe(true)
  })

  it('that has jumped ahead, as after a night asleep, brings one refresh, not a hundred', async () => {
    start('2026-03-10T17:00:00Z', good)
    await vi.advanceTimersByTimeAsync(7 * MINUTE)
    vi.setSystemTime(Date.now() + 8 * HOUR)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(starts.slice(2)).toEqual(['2026-03-11T01:10:00', '2026-03-11T01:15:00'])
  })
})

describe('two operations with one token', () => {
  it('never call at the same time', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-10T17:00:00Z') })
    const tokens = createTokenQueue()
    let underWay = 0
    let most = 0
    let calls = 0
    const attempt = async () => {
      calls += 1
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      underWay -= 1
      return good()
    }
    for (const name of ['ventas', 'soporte', 'cobros']) {
      const parts = {
        fields: [],
        tokens,
        storage: noStorage,
        onWait: () => {},
        onRetry: () => {},
        onRefresh: () => {},
        attempt,
      }
      refreshers.push(startRefresher(anOperation({ name }), parts))
    }
    await vi.advanceTimersByTimeAsync(HOUR + 2 * MINUTE)
    expect(calls).toBe(3 * 13)
    expect(most).toBe(1)
  })
})
