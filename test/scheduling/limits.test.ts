import { describe, expect, it, vi } from 'vitest'
import { now } from '../../src/clock.ts'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { StoredAccount } from '../../src/model/storage-ports.ts'
import { openAccount } from '../../src/scheduling/account.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { reportKey, type ScheduledReport, scheduledReport } from '../../src/scheduling/scheduled-report.ts'
import { isStale } from '../../src/scheduling/state.ts'
import { anOperation, aRenderedSnapshot } from '../../tools/fixtures.ts'
import {
  accountSettings,
  anAccountStorage,
  aSnapshotStorage,
  bad,
  good,
  HOUR,
  MINUTE,
  type ReportOptions,
  startReport,
  storageWith,
  useFakeTime,
} from './run-reports.ts'

const KEY = reportKey('ventas', 'agents')

useFakeTime('2026-03-10T17:00:00Z')

/** Runs a report from a moment. @param outcomeAt the outcome of each call by its number, from 1 */
async function start(
  moment: string,
  outcomeAt: (call: number) => Outcome | Promise<Outcome>,
  options: ReportOptions = {},
) {
  vi.setSystemTime(moment)
  const calls: string[] = []
  const report = await startReport(() => {
    calls.push(new Date().toISOString().slice(0, 19))
    return outcomeAt(calls.length)
  }, options)
  return { report, calls, times: () => calls.map((text) => text.slice(11)) }
}

describe('a call that failed for a temporary reason', () => {
  it('is retried twice in the same refresh, and each retry costs a request', async () => {
    const { report, calls } = await start('2026-03-10T17:00:00Z', () => bad('connect'))
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(calls).toEqual([
      '2026-03-10T17:00:00',
      '2026-03-10T17:00:05',
      '2026-03-10T17:00:20',
      '2026-03-10T17:05:00',
      '2026-03-10T17:05:05',
      '2026-03-10T17:05:20',
    ])
    expect(report.state()).toMatchObject({ refreshes: 2, requests: 6, failures: { connect: 2 } })
  })

  it('does not count as a failure if a retry succeeds', async () => {
    const { report } = await start('2026-03-10T17:00:00Z', (call) => (call === 1 ? bad('timeout') : good()))
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state()).toMatchObject({ refreshes: 1, requests: 2, failures: { timeout: 0 } })
    expect(report.state().lastRefresh).toEqual({ durationMs: 5000, failure: undefined })
  })

  it('is not retried again after a permanent failure', async () => {
    const { report } = await start('2026-03-10T17:00:00Z', (call) =>
      bad(call === 1 ? 'http_error' : 'invalid_token'),
    )
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state()).toMatchObject({ requests: 2, failures: { http_error: 0, invalid_token: 1 } })
  })
})

describe('the daily limit', () => {
  // Without the limit, six calls would follow before the day turns.
  const beforeMidnight = { licenses: 1, refreshIntervalMs: 5 * MINUTE }
  const used = (day: string, count: number) => storageWith({ requestsOfDay: { day, count } })

  it('allows the last call, none above it, and calls again when the day turns', async () => {
    const { report, calls } = await start('2026-03-11T04:40:00Z', good, {
      ...beforeMidnight,
      storage: used('2026-03-10', 998),
    })
    await vi.advanceTimersByTimeAsync(19 * MINUTE)
    expect(calls).toEqual(['2026-03-11T04:40:00', '2026-03-11T04:45:00'])
    expect(requestsToday(report.account.state(), Date.now())).toBe(1000)
    expect(report.state().lastRefresh?.failure).toMatchObject({ reason: 'quota_exceeded' })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(calls.slice(2)).toEqual(['2026-03-11T05:00:00', '2026-03-11T05:05:00'])
    expect(requestsToday(report.account.state(), Date.now())).toBe(2)
  })

  it('also prevents a retry', async () => {
    const { calls } = await start('2026-03-11T04:40:00Z', () => bad('connect'), {
      ...beforeMidnight,
      storage: used('2026-03-10', 999),
    })
    await vi.advanceTimersByTimeAsync(19 * MINUTE)
    expect(calls).toHaveLength(1)
  })

  it('keeps the reason of a failure whose retry would use calls of a more important report', async () => {
    const important = {
      key: 'first',
      name: 'first',
      priority: 0,
      refreshIntervalMs: HOUR,
      measuresAccount: false,
    }
    const scheduled = { ...important, key: 'second', name: 'second', priority: 1 }
    // The more important report needs one call and two retries in the last hour of the day.
    const { account } = await openAccount(
      { ...accountSettings(anOperation({ licenses: 1 })), reports: [important, scheduled] },
      used('2026-03-10', 996),
    )
    const { report, calls } = await start('2026-03-11T04:10:00Z', () => bad('connect'), {
      account,
      scheduled,
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toHaveLength(1)
    expect(report.state().lastRefresh?.failure).toMatchObject({ reason: 'connect' })
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(calls).toHaveLength(1)
    expect(report.state().lastRefresh?.failure).toMatchObject({
      reason: 'quota_exceeded',
      message: '3 calls are left today; 3 are kept for more important reports (first); no call was sent',
    })
    // It continues when the day turns.
    await vi.advanceTimersByTimeAsync(50 * MINUTE)
    expect(calls.length).toBeGreaterThan(1)
  })

  it('allows a less important report its calls if those of a more important one are due later', async () => {
    // 500 calls a day. In the last five minutes of the day, the first report is due once, and the second one twice.
    const refreshIntervalMs = 172_800
    const [first, second] = ['first', 'second'].map((name, priority) => ({
      key: name,
      name,
      priority,
      refreshIntervalMs,
      measuresAccount: false,
    })) as [ScheduledReport, ScheduledReport]
    vi.setSystemTime('2026-03-11T04:55:00Z')
    const { account } = await openAccount(
      { ...accountSettings(anOperation({ licenses: 1 })), reports: [first, second] },
      used('2026-03-10', 997),
    )
    const options = { account, refreshIntervalMs }
    const important = await startReport(good, { ...options, scheduled: first, startOffsetMs: 200_000 })
    const other = await startReport(good, { ...options, scheduled: second })
    await vi.advanceTimersByTimeAsync(5 * MINUTE - 1)
    expect([important, other].map((report) => report.state().requests)).toEqual([1, 2])
    expect(requestsToday(account.state(), Date.now())).toBe(1000)
  })

  it('of yesterday does not count today', async () => {
    const { calls } = await start('2026-03-11T05:00:00Z', good, {
      ...beforeMidnight,
      storage: used('2026-03-10', 1000),
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toHaveLength(1)
  })

  it('is not reset by a clock that is set back over midnight and reaches it again', async () => {
    const { report, calls } = await start('2026-03-11T05:05:00Z', good, {
      ...beforeMidnight,
      storage: used('2026-03-11', 998),
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(requestsToday(report.account.state(), Date.now())).toBe(999)
    vi.setSystemTime(Date.now() - HOUR)
    expect(requestsToday(report.account.state(), Date.now())).toBe(999)
    await vi.advanceTimersByTimeAsync(3 * HOUR)
    expect(calls).toHaveLength(2)
    expect(requestsToday(report.account.state(), Date.now())).toBe(1000)
  })

  it('that is reached at the start is a failed refresh without a call, so that the reason is visible', async () => {
    const { report, calls } = await start('2026-03-11T04:40:00Z', good, {
      ...beforeMidnight,
      storage: used('2026-03-10', 1000),
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toEqual([])
    expect(report.state()).toMatchObject({
      hasAttempted: true,
      requests: 0,
      lastRefresh: { failure: { reason: 'quota_exceeded' } },
      nextRefreshAt: Date.parse('2026-03-11T05:00:00Z'),
    })
  })
})

describe('a day that was counted while the clock was years ahead', () => {
  it('does not delay calls', async () => {
    const { report, calls } = await start('2026-03-10T17:00:00Z', good, {
      licenses: 1,
      storage: storageWith({ requestsOfDay: { day: '2030-03-10', count: 1000 } }),
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toHaveLength(1)
    expect(report.account.state().requestsOfDay).toEqual({ day: '2026-03-10', count: 1 })
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
    'there is one probe every 30 minutes, and a call when the day turns: %s at %s',
    async (timeZone, moment, expected) => {
      const turns = Date.parse(`${moment.slice(0, 11)}${expected[2]}Z`)
      const { calls, times } = await start(
        moment,
        () => (Date.now() < turns ? bad('quota_exceeded') : good()),
        {
          timeZone,
        },
      )
      await vi.advanceTimersByTimeAsync(70 * MINUTE)
      expect(times().slice(1)).toEqual(expected)
      await vi.advanceTimersByTimeAsync(10 * MINUTE)
      // From there, the schedule is the usual one again.
      expect(calls).toHaveLength(6)
    },
  )

  it('the schedule continues at once when a probe succeeds', async () => {
    const { times } = await start('2026-03-10T17:00:00Z', (call) =>
      call === 1 ? bad('quota_exceeded') : good(),
    )
    await vi.advanceTimersByTimeAsync(41 * MINUTE)
    expect(times()).toEqual(['17:00:00', '17:30:00', '17:35:00', '17:40:00'])
  })

  it('there is one probe in 30 minutes also when probes fail for other reasons, and none is retried', async () => {
    const then = ['quota_exceeded', 'http_error', 'forbidden', 'connect'] as const
    const onRetry = vi.fn()
    const { report, times } = await start(
      '2026-03-10T17:00:00Z',
      (call) => bad(then[call - 1] ?? 'timeout'),
      { events: { onRetry } },
    )
    await vi.advanceTimersByTimeAsync(125 * MINUTE)
    expect(times()).toEqual(['17:00:00', '17:30:00', '18:00:00', '18:30:00', '19:00:00'])
    expect(report.state().failures).toMatchObject({
      quota_exceeded: 1,
      http_error: 1,
      forbidden: 1,
      connect: 1,
      timeout: 1,
    })
    expect(onRetry).not.toHaveBeenCalled()
  })

  it('a restart does not add a probe', async () => {
    const storage = storageWith({
      requestsOfDay: { day: '2026-03-10', count: 7 },
      exhausted: { day: '2026-03-10', probeAt: Date.parse('2026-03-10T17:10:00Z') },
    })
    const { times } = await start('2026-03-10T17:00:00Z', () => bad('connect'), { storage })
    await vi.advanceTimersByTimeAsync(45 * MINUTE)
    expect(times()).toEqual(['17:10:00', '17:40:00'])
  })

  it('the state tells when the next call is due', async () => {
    const { report } = await start('2026-03-10T17:00:00Z', () => bad('quota_exceeded'))
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:30:00Z'))
  })

  it('probes are not more frequent than the schedule', async () => {
    const { times } = await start('2026-03-10T17:00:00Z', () => bad('quota_exceeded'), {
      refreshIntervalMs: HOUR,
    })
    await vi.advanceTimersByTimeAsync(2 * HOUR)
    expect(times()).toEqual(['17:00:00', '18:00:00', '19:00:00'])
  })
})

describe('a quota that is free again before the backoff ends', () => {
  const agents = scheduledReport({ name: 'agents', refreshIntervalMs: 5 * MINUTE }, anOperation())
  const measuring = scheduledReport({ name: 'token_info', refreshIntervalMs: HOUR }, anOperation())
  const settings = {
    ...accountSettings(anOperation({ licenses: 1 })),
    reports: [agents, measuring],
  }
  /** Others have used up the account, as an earlier process has measured. */
  const usedUp = () =>
    storageWith({
      requestsOfDay: { day: '2026-03-10', count: 100 },
      otherRequests: {
        day: '2026-03-10',
        count: 900,
        measuredAt: Date.now(),
        marks: [{ at: Date.now() - HOUR, count: 900 }],
      },
    })

  it('wakes the refreshes that wait for it: a measurement shows that calls are left', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { report, times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await startReport(() => ({ ...good(), accountCalls: 600 }), {
      account,
      scheduled: measuring,
      name: 'measuring',
      refreshIntervalMs: HOUR,
      startOffsetMs: 11 * MINUTE,
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:30:00Z'))
    await vi.advanceTimersByTimeAsync(17 * MINUTE)
    // The refresh of 17:05 was delayed, so it comes at once.
    expect(times()).toEqual(['17:11:00', '17:16:00'])
  })

  it('does not wake them if the measurement shows that it is still used up', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { report, times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await startReport(() => ({ ...good(), accountCalls: 1001 }), {
      account,
      scheduled: measuring,
      name: 'measuring',
      refreshIntervalMs: HOUR,
      startOffsetMs: 11 * MINUTE,
    })
    await vi.advanceTimersByTimeAsync(12 * MINUTE)
    expect(report.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:30:00Z'))
    await vi.advanceTimersByTimeAsync(3 * HOUR)
    // The measurements of 17:11, 18:11 and 19:11 are the other probes.
    expect(times()).toEqual(['17:41:00', '18:41:00', '19:41:00'])
  })

  it('is probed by the most important report, once in 30 minutes, if no measurement comes', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await vi.advanceTimersByTimeAsync(2 * HOUR)
    expect(times()).toEqual(['17:30:00', '18:00:00', '18:30:00', '19:00:00'])
  })

  it('is probed in the same rhythm if the measurement fails', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    const failing = await startReport(() => bad('http_error'), {
      account,
      scheduled: measuring,
      name: 'measuring',
      refreshIntervalMs: HOUR,
    })
    await vi.advanceTimersByTimeAsync(3 * HOUR - MINUTE)
    expect(failing.state().failures).toMatchObject({ http_error: 3 })
    expect(times()).toEqual(['17:30:00', '18:30:00', '19:30:00'])
  })

  it('is not probed if the own calls have reached the limit', async () => {
    const { account } = await openAccount({ ...settings, dailyLimit: 100 }, usedUp())
    const { calls } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await vi.advanceTimersByTimeAsync(6 * HOUR)
    expect(calls).toEqual([])
  })

  it('wakes them no earlier than they would have been due', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    account.configure({ ...settings, dailyLimit: 2000 })
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(times()).toEqual(['17:05:00', '17:10:00'])
  })

  it('wakes them after a probe of another report', async () => {
    const { account } = await openAccount({ ...settings, dailyLimit: undefined }, anAccountStorage())
    const other = await start(
      '2026-03-10T17:00:00Z',
      (call) => (call === 1 ? bad('quota_exceeded') : good()),
      {
        account,
        scheduled: agents,
        name: 'other',
        refreshIntervalMs: 5 * MINUTE,
      },
    )
    const { times } = await start('2026-03-10T17:00:00Z', good, {
      account,
      scheduled: measuring,
      refreshIntervalMs: 20 * MINUTE,
      startOffsetMs: 5 * MINUTE,
    })
    await vi.advanceTimersByTimeAsync(50 * MINUTE)
    expect(other.times().slice(0, 3)).toEqual(['17:00:00', '17:30:00', '17:35:00'])
    // Refused at 17:05, due again at 17:25.
    expect(times()).toEqual(['17:30:00', '17:50:00'])
  })

  it('listens for nothing after it was stopped', async () => {
    const { account } = await openAccount(settings, usedUp())
    const { report, times } = await start('2026-03-10T17:00:00Z', good, { account, scheduled: agents })
    await vi.advanceTimersByTimeAsync(MINUTE)
    await report.stop()
    const { nextRefreshAt } = report.state()
    account.configure({ ...settings, dailyLimit: 2000 })
    await vi.advanceTimersByTimeAsync(HOUR)
    expect(times()).toEqual([])
    expect(report.state().nextRefreshAt).toBe(nextRefreshAt)
  })
})

describe('a restart', () => {
  /** What an earlier process has left. */
  function left(account: Partial<StoredAccount> | undefined, fetchedAt?: string): ReportOptions {
    const data = fetchedAt && aRenderedSnapshot({ fetchedAt: Date.parse(fetchedAt) })
    return {
      storage: account === undefined ? anAccountStorage() : storageWith(account),
      snapshots: aSnapshotStorage({ load: async () => data || undefined }),
    }
  }
  const planned = (at: string, count = 7) => ({
    requestsOfDay: { day: '2026-03-10', count },
    schedules: {
      [KEY]: { earliestFetch: Date.parse(at), credentials: credentialsFingerprint(anOperation()) },
    },
  })

  it('serves stored data, and calls when the next refresh is due', async () => {
    const { report, times } = await start(
      '2026-03-10T17:00:00Z',
      good,
      left(planned('2026-03-10T17:03:00Z'), '2026-03-10T16:58:00Z'),
    )
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state().rendered?.fetchedAt).toBe(Date.parse('2026-03-10T16:58:00Z'))
    expect(report.state().nextRefreshAt).toBe(Date.parse('2026-03-10T17:03:00Z'))
    await vi.advanceTimersByTimeAsync(8 * MINUTE)
    expect(times()).toEqual(['17:03:00', '17:08:00'])
    expect(requestsToday(report.account.state(), Date.now())).toBe(9)
  })

  it('also waits if only the data shows that a call was sent', async () => {
    const { times } = await start('2026-03-10T17:00:00Z', good, left(undefined, '2026-03-10T16:56:00Z'))
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(times()).toEqual(['17:01:00'])
  })

  it('waits if a call was sent whose response was lost', async () => {
    const { times } = await start('2026-03-10T17:00:00Z', good, left(planned('2026-03-10T17:04:30Z')))
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(times()).toEqual(['17:04:30'])
  })

  it('calls at once when the last call is older than the interval', async () => {
    const { calls } = await start(
      '2026-03-10T17:00:00Z',
      good,
      left(planned('2026-03-10T16:00:00Z'), '2026-03-10T15:55:00Z'),
    )
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(1)
  })

  it('continues to wait for the next probe of the quota', async () => {
    const { times } = await start(
      '2026-03-10T17:00:00Z',
      good,
      left({ exhausted: { day: '2026-03-10', probeAt: Date.parse('2026-03-10T17:29:00Z') } }),
    )
    await vi.advanceTimersByTimeAsync(29 * MINUTE)
    expect(times()).toEqual(['17:29:00'])
  })
})

describe('the stored account', () => {
  it('is written before each call is sent, with the start of the next', async () => {
    const saved: string[] = []
    let sent: readonly string[] = []
    const storage = anAccountStorage({
      save: async ({ requestsOfDay, schedules }: StoredAccount) => {
        const next = new Date(schedules[KEY]?.earliestFetch ?? 0).toISOString().slice(11, 19)
        saved.push(`${sent.length} sent, ${requestsOfDay.count} counted, next ${next}`)
        return true
      },
    })
    const { calls } = await start('2026-03-10T17:00:00Z', good, { storage })
    sent = calls
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(saved).toEqual([
      '0 sent, 1 counted, next 17:05:00',
      '1 sent, 1 counted, next 17:05:00',
      '1 sent, 2 counted, next 17:10:00',
      '2 sent, 2 counted, next 17:10:00',
    ])
  })

  it('that cannot be written is counted, and costs no refresh', async () => {
    const { report } = await start('2026-03-10T17:00:00Z', good, {
      storage: anAccountStorage({ save: async () => false }),
      snapshots: aSnapshotStorage({ save: async () => false }),
    })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.state().refreshes).toBe(1)
    expect(report.storageFailures()).toBe(3)
    expect(report.state().lastRefresh?.failure).toBeUndefined()
  })
})

describe('a clock', () => {
  it('that is set back an hour changes neither the schedule nor the age of the data', async () => {
    const { report, calls } = await start('2026-03-10T17:00:00Z', good)
    await vi.advanceTimersByTimeAsync(7 * MINUTE)
    vi.setSystemTime(Date.now() - HOUR)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(calls).toEqual([
      '2026-03-10T17:00:00',
      '2026-03-10T17:05:00',
      '2026-03-10T16:10:00',
      '2026-03-10T16:15:00',
    ])
    expect(report.state().nextRefreshAt).toBe(Date.parse('2026-03-10T16:20:00Z'))
  })

  it('that is set back an hour does not keep old data: it turns stale on time', async () => {
    const { report } = await start('2026-03-10T17:00:00Z', (call) => (call === 1 ? good() : bad('tls')))
    await vi.advanceTimersByTimeAsync(MINUTE)
    vi.setSystemTime(Date.now() - HOUR)
    await vi.advanceTimersByTimeAsync(14 * MINUTE)
    expect(isStale(report.state(), now())).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isStale(report.state(), now())).toBe(true)
  })

  it('that has jumped ahead, as after a night of sleep, causes one refresh instead of a hundred', async () => {
    const { calls } = await start('2026-03-10T17:00:00Z', good)
    await vi.advanceTimersByTimeAsync(7 * MINUTE)
    vi.setSystemTime(Date.now() + 8 * HOUR)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(calls.slice(2)).toEqual(['2026-03-11T01:10:00', '2026-03-11T01:15:00'])
  })
})

describe('several operations of one account', () => {
  it('never call at the same time', async () => {
    let inFlight = 0
    let most = 0
    let calls = 0
    const operation = anOperation()
    const { account } = await openAccount(accountSettings(operation), anAccountStorage())
    const call = async () => {
      calls += 1
      inFlight += 1
      most = Math.max(most, inFlight)
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      inFlight -= 1
      return good()
    }
    for (const name of ['ventas', 'soporte', 'cobros']) await startReport(call, { account, name })
    await vi.advanceTimersByTimeAsync(HOUR + 2 * MINUTE)
    expect(calls).toBe(3 * 13)
    expect(most).toBe(1)
  })
})
