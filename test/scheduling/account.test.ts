import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Outcome } from '../../src/model/outcome.ts'
import type { AccountStorage, StoredAccount } from '../../src/model/storage-ports.ts'
import { type Account, openAccount } from '../../src/scheduling/account.ts'
import { requestsToday, reserveAgainst } from '../../src/scheduling/budget.ts'
import { scheduledReport } from '../../src/scheduling/scheduled-report.ts'
import { StorageInUseError } from '../../src/storage/storage-lock.ts'
import { anOperation, momentAt, never } from '../../tools/fixtures.ts'
import {
  aCall,
  accountSettings,
  anAccountStorage,
  bad,
  good,
  HOUR,
  MINUTE,
  startReport,
  storageWith,
  useFakeTime,
} from './run-reports.ts'

const NOON = Date.parse('2026-03-10T17:00:00Z')
// Bogotá's day begins.
const MIDNIGHT = NOON - 12 * HOUR
const TODAY = '2026-03-10'
const AGENTS = scheduledReport({ name: 'agents', refreshIntervalMs: 5 * MINUTE }, anOperation())

useFakeTime('2026-03-10T17:00:00Z')

async function open(
  storage: AccountStorage = anAccountStorage(),
  { licenses }: { licenses?: number } = {},
): Promise<Account> {
  return (await openAccount(accountSettings(anOperation({ licenses })), storage)).account
}

const silent = { onRequest: () => {}, onUnsent: () => {}, onSaved: () => {} }

function call(account: Account, send: () => Promise<Outcome>, signal: AbortSignal = never) {
  return account.call({ report: AGENTS, signal, ...silent, send })
}

const resolvesWith = (outcome: Outcome) => async () => outcome

/** A storage that records what is saved. */
function recordingStorage(storage: AccountStorage = anAccountStorage()) {
  const saved: StoredAccount[] = []
  const save = async (account: StoredAccount) => {
    saved.push(account)
    return true
  }
  return { saved, storage: { ...storage, save } }
}

/** Lets everything run that waits for no timer. */
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('calls of one account', () => {
  it('wait for each other, in the order in which they came', async () => {
    const account = await open()
    const [first, second, third] = [aCall(), aCall(), aCall()]
    const outcomes = Promise.all([first, second, third].map(({ send }) => call(account, send)))
    await settle()
    expect([first.isSent(), second.isSent(), third.isSent()]).toEqual([true, false, false])
    const [a, b, c] = [good(), bad('tls'), good()]
    first.end(a)
    await settle()
    expect([second.isSent(), third.isSent()]).toEqual([true, false])
    second.end(b)
    await settle()
    expect(third.isSent()).toBe(true)
    third.end(c)
    expect(await outcomes).toEqual([a, b, c])
  })

  it('continue after one that threw', async () => {
    const account = await open()
    const [first, second] = [aCall(), aCall()]
    const failed = call(account, first.send)
    const next = call(account, second.send)
    await settle()
    first.fail(new Error('broken'))
    await expect(failed).rejects.toThrow('broken')
    const outcome = good()
    second.end(outcome)
    expect(await next).toBe(outcome)
  })

  it('that stop waiting do not let others overtake the one in progress', async () => {
    const account = await open()
    const stopping = new AbortController()
    const [first, second, third] = [aCall(), aCall(), aCall()]
    const one = call(account, first.send)
    const two = call(account, second.send, stopping.signal)
    const three = call(account, third.send)
    await settle()
    stopping.abort(new Error('no longer wanted'))
    await expect(two).rejects.toThrow('no longer wanted')
    await settle()
    expect([second.isSent(), third.isSent()]).toEqual([false, false])
    const [a, c] = [good(), good()]
    first.end(a)
    third.end(c)
    expect([await one, await three]).toEqual([a, c])
    expect(requestsToday(account.state(), Date.now())).toBe(2)
  })

  it('leave no listener on their signals after 2,000 calls, of which some waited, failed or were aborted', async () => {
    const account = await open()
    const { signal } = new AbortController()
    const stopping = new AbortController()
    const waiting: Promise<unknown>[] = []
    for (let count = 0; count < 2000; count += 4) {
      waiting.push(
        call(account, resolvesWith(good()), signal),
        call(account, () => Promise.reject(new Error('broken')), signal),
        call(account, resolvesWith(bad('tls')), signal),
        call(account, resolvesWith(good()), stopping.signal),
      )
    }
    stopping.abort(new Error('no longer wanted'))
    await Promise.allSettled(waiting)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([])
    const next = aCall()
    void call(account, next.send)
    await settle()
    expect(next.isSent()).toBe(true)
  })

  it('are one at a time whichever report they are for', async () => {
    const account = await open()
    const [first, second] = [aCall(), aCall()]
    const agents = await startReport(first.send, { account })
    const others = await startReport(second.send, { account, name: 'soporte' })
    await settle()
    expect([first.isSent(), second.isSent()]).toEqual([true, false])
    expect([agents.state().requests, others.state().requests]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(MINUTE)
    first.end(good())
    await settle()
    expect([second.isSent(), others.state().requests]).toEqual([true, 1])
    second.end(good())
  })
})

describe('calls of different accounts', () => {
  it('do not wait for each other', async () => {
    const [one, other] = [await open(), await open()]
    const [first, second] = [aCall(), aCall()]
    const outcomes = [call(one, first.send), call(other, second.send)]
    await settle()
    expect([first.isSent(), second.isSent()]).toEqual([true, true])
    const [a, b] = [good(), bad('tls')]
    first.end(a)
    second.end(b)
    expect(await Promise.all(outcomes)).toEqual([a, b])
  })
})

describe('a request', () => {
  it('is counted and stored before it is sent', async () => {
    const { saved, storage } = recordingStorage()
    const account = await open(storage)
    const events: string[] = []
    await account.call({
      ...silent,
      report: AGENTS,
      signal: never,
      onRequest: () => events.push(`counted ${account.state().requestsOfDay.count}, ${saved.length} stored`),
      onSaved: (ok) => events.push(`stored ${saved[0]?.requestsOfDay.count}, ${ok}`),
      send: async () => {
        events.push('sent')
        return good()
      },
    })
    expect(events).toEqual(['counted 1, 0 stored', 'stored 1, true', 'sent'])
  })

  it('is sent also if it cannot be stored', async () => {
    const onSaved = vi.fn()
    const account = await open(anAccountStorage({ save: async () => false }))
    const outcome = await account.call({
      report: AGENTS,
      signal: never,
      ...silent,
      onSaved,
      send: resolvesWith(good()),
    })
    expect(outcome.ok).toBe(true)
    expect(onSaved.mock.calls).toEqual([[false]])
  })

  describe('that is aborted while it is stored', () => {
    /** A storage in whose first write the call is aborted. */
    function abortingStorage(stored: AccountStorage = anAccountStorage()) {
      const stopping = new AbortController()
      const { saved, storage } = recordingStorage(stored)
      const save = (account: StoredAccount) => {
        stopping.abort(new Error('no longer wanted'))
        return storage.save(account)
      }
      return { saved, signal: stopping.signal, storage: { ...storage, save } }
    }

    it('is not sent, not counted, and taken back from the storage', async () => {
      const { saved, signal, storage } = abortingStorage(
        storageWith({ requestsOfDay: { day: TODAY, count: 7 } }),
      )
      const send = vi.fn()
      const account = await open(storage)
      await expect(call(account, send, signal)).rejects.toThrow('no longer wanted')
      expect(send).not.toHaveBeenCalled()
      expect(requestsToday(account.state(), Date.now())).toBe(7)
      expect(saved.map(({ requestsOfDay }) => requestsOfDay.count)).toEqual([8, 7])
    })

    it('is not the probe of an exhausted quota, and not a measurement', async () => {
      // The most important report would have been the probe a minute ago.
      const exhausted = { day: TODAY, probeAt: NOON - MINUTE }
      const { saved, signal, storage } = abortingStorage(storageWith({ exhausted }))
      const account = await open(storage)
      const report = scheduledReport({ name: 'token_info', refreshIntervalMs: HOUR }, anOperation())
      const aborted = account.call({ ...silent, report, signal, send: vi.fn() })
      await expect(aborted).rejects.toThrow('no longer wanted')
      expect(account.backoffMs(report)).toBe(0)
      expect(account.state().measurementSentAtMonotonicMs).toBeUndefined()
      expect(saved.at(-1)?.exhausted).toEqual({ day: TODAY, probeAt: NOON })
    })

    it('leaves the next process the schedule of a refresh that has sent nothing', async () => {
      const { saved, storage } = recordingStorage()
      const slow = (account: StoredAccount) =>
        new Promise<boolean>((resolve) => setTimeout(() => resolve(storage.save(account)), 1000))
      const report = await startReport(async () => good(), { storage: { ...storage, save: slow } })
      await vi.advanceTimersByTimeAsync(500)
      const stopped = report.stop()
      await vi.advanceTimersByTimeAsync(2000)
      await stopped
      expect(report.state().requests).toBe(0)
      const left = saved.map(({ requestsOfDay, schedules }) => [
        requestsOfDay.count,
        ...Object.values(schedules).map(({ earliestFetch }) => earliestFetch),
      ])
      expect(left).toEqual([
        [1, NOON + 5 * MINUTE],
        [0, 0],
      ])
    })
  })

  it('is counted if it is aborted when it may have been sent', async () => {
    const stopping = new AbortController()
    const { saved, storage } = recordingStorage()
    const account = await open(storage)
    const aborted = call(
      account,
      async () => {
        stopping.abort(new Error('no longer wanted'))
        throw stopping.signal.reason
      },
      stopping.signal,
    )
    await expect(aborted).rejects.toThrow('no longer wanted')
    expect(requestsToday(account.state(), Date.now())).toBe(1)
    expect(saved.map(({ requestsOfDay }) => requestsOfDay.count)).toEqual([1])
  })

  it('is not counted if another exporter uses the storage', async () => {
    const save = () => Promise.reject(new StorageInUseError('0042.lock', '0042'))
    const account = await open(anAccountStorage({ save }))
    await expect(call(account, vi.fn())).rejects.toThrow(StorageInUseError)
    expect(requestsToday(account.state(), Date.now())).toBe(0)
  })
})

describe('an exhausted quota', () => {
  it('prevents all calls of the account until the probe, whichever report they are for', async () => {
    const account = await open()
    await call(account, resolvesWith(bad('quota_exceeded')))
    const send = vi.fn(resolvesWith(good()))
    const refused = await call(account, send)
    expect(refused).toMatchObject({
      ok: false,
      failure: {
        reason: 'quota_exceeded',
        message:
          'wolkvox has reported that the quota is exhausted; no call was sent; the next attempt is in 30m',
      },
    })
    await vi.advanceTimersByTimeAsync(30 * MINUTE - 1)
    expect(account.backoffMs(AGENTS)).toBe(1)
    await call(account, send)
    expect(send).not.toHaveBeenCalled()
    expect(account.state().requestsOfDay.count).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await call(account, send)
    expect(send).toHaveBeenCalledOnce()
  })

  it('prevents calls that were waiting for their turn', async () => {
    const account = await open()
    const [first, second] = [aCall(), aCall()]
    const outcomes = [call(account, first.send), call(account, second.send)]
    await settle()
    first.end(bad('quota_exceeded'))
    expect(await Promise.all(outcomes)).toMatchObject([
      { failure: { message: 'quota_exceeded' } },
      { failure: { reason: 'quota_exceeded', message: expect.stringContaining('no call was sent') } },
    ])
    expect(second.isSent()).toBe(false)
  })

  it.each(['quota_exceeded', 'connect', 'timeout', 'forbidden'] as const)(
    'is probed once in 30 minutes, also if the probe fails with %s',
    async (reason) => {
      const account = await open()
      const sentAt: number[] = []
      const send = async () => {
        sentAt.push((Date.now() - NOON) / MINUTE)
        return bad(sentAt.length === 1 ? 'quota_exceeded' : reason)
      }
      for (let minute = 0; minute <= 60; minute += 1) {
        await Promise.all([call(account, send), call(account, send)])
        await vi.advanceTimersByTimeAsync(MINUTE)
      }
      expect(sentAt).toEqual([0, 30, 60])
    },
  )

  it.each([
    ['an hour', HOUR],
    ['over midnight', 13 * HOUR],
  ])('is probed no earlier if the wall clock is set back by %s', async (_what, by) => {
    const account = await open()
    await call(account, resolvesWith(bad('quota_exceeded')))
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    vi.setSystemTime(Date.now() - by)
    expect(account.backoffMs(AGENTS)).toBe(20 * MINUTE)
    const send = vi.fn(resolvesWith(bad('quota_exceeded')))
    await call(account, send)
    await vi.advanceTimersByTimeAsync(20 * MINUTE - 1)
    await call(account, send)
    expect(send).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await call(account, send)
    expect(send).toHaveBeenCalledOnce()
  })

  it('is free again after a success', async () => {
    const account = await open()
    await call(account, resolvesWith(bad('quota_exceeded')))
    await vi.advanceTimersByTimeAsync(30 * MINUTE)
    await call(account, resolvesWith(good()))
    expect(account.state().exhausted).toBeUndefined()
    expect(account.backoffMs(AGENTS)).toBe(0)
    const next = vi.fn(resolvesWith(bad('connect')))
    await call(account, next)
    expect(next).toHaveBeenCalledOnce()
    expect(account.backoffMs(AGENTS)).toBe(0)
  })

  it('is free again when the day turns', async () => {
    vi.setSystemTime('2026-03-11T04:50:00Z')
    const account = await open()
    await call(account, resolvesWith(bad('quota_exceeded')))
    expect(account.backoffMs(AGENTS)).toBe(10 * MINUTE)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    const next = vi.fn(resolvesWith(bad('connect')))
    await call(account, next)
    expect(next).toHaveBeenCalledOnce()
    expect(account.backoffMs(AGENTS)).toBe(0)
  })
})

describe('the daily limit', () => {
  it('is shared by all calls of the account', async () => {
    const account = await open(storageWith({ requestsOfDay: { day: TODAY, count: 998 } }), { licenses: 1 })
    const sends = Array.from({ length: 4 }, () => vi.fn(resolvesWith(good())))
    const outcomes = await Promise.all(sends.map((send) => call(account, send)))
    expect(sends.map((send) => send.mock.calls.length)).toEqual([1, 1, 0, 0])
    expect(outcomes[2]).toMatchObject({
      failure: {
        reason: 'quota_exceeded',
        message:
          'the 1000 calls that the licences allow today are used up; no call was sent; the next attempt is in 30m',
      },
    })
    expect(requestsToday(account.state(), Date.now())).toBe(1000)
  })

  it('changes with the configuration, and the counts stay', async () => {
    const account = await open(storageWith({ requestsOfDay: { day: TODAY, count: 1000 } }), { licenses: 1 })
    expect(account.backoffMs(AGENTS)).toBeGreaterThan(0)
    account.configure({ ...accountSettings(anOperation({ licenses: 2 })), account: 'other' })
    expect(account.backoffMs(AGENTS)).toBe(0)
    expect(account.state()).toMatchObject({
      account: 'other',
      dailyLimit: 2000,
      requestsOfDay: { day: TODAY, count: 1000 },
    })
    account.configure(accountSettings(anOperation({ licenses: 1 })))
    expect(account.backoffMs(AGENTS)).toBeGreaterThan(0)
  })

  it('does not free an exhausted quota when it changes', async () => {
    const account = await open(anAccountStorage(), { licenses: 1 })
    await call(account, resolvesWith(bad('quota_exceeded')))
    account.configure(accountSettings(anOperation({ licenses: 2 })))
    expect(account.backoffMs(AGENTS)).toBe(30 * MINUTE)
  })
})

describe('an account of an earlier process', () => {
  it('continues its counts and its backoff', async () => {
    const account = await open(
      storageWith({
        requestsOfDay: { day: TODAY, count: 7 },
        exhausted: { day: TODAY, probeAt: NOON + 12 * MINUTE },
      }),
    )
    expect(requestsToday(account.state(), Date.now())).toBe(7)
    expect(account.backoffMs(AGENTS)).toBe(12 * MINUTE)
    await vi.advanceTimersByTimeAsync(12 * MINUTE)
    const send = vi.fn(resolvesWith(good()))
    await call(account, send)
    expect(send).toHaveBeenCalledOnce()
    expect(requestsToday(account.state(), Date.now())).toBe(8)
  })

  it('may probe at once if the time of the probe has passed', async () => {
    const account = await open(storageWith({ exhausted: { day: TODAY, probeAt: NOON - 1 } }))
    expect(account.backoffMs(AGENTS)).toBe(0)
  })

  it('waits for 30 minutes at most, also if the clock was set back since', async () => {
    const account = await open(storageWith({ exhausted: { day: TODAY, probeAt: NOON + 5 * HOUR } }))
    expect(account.backoffMs(AGENTS)).toBe(30 * MINUTE)
  })

  it('is free if the quota was exhausted on another day', async () => {
    const account = await open(storageWith({ exhausted: { day: '2026-03-09', probeAt: NOON + MINUTE } }))
    expect(account.backoffMs(AGENTS)).toBe(0)
  })

  it('is what its storage has loaded', async () => {
    const stored = { requestsOfDay: { day: TODAY, count: 3 }, schedules: {} }
    const storage = anAccountStorage({ load: async () => stored })
    const opened = await openAccount(accountSettings(anOperation()), storage)
    expect(opened.stored).toBe(stored)
  })

  it('cannot be opened while another exporter uses it', async () => {
    const load = () => Promise.reject(new StorageInUseError('/data/0042.lock', '0042'))
    await expect(open(anAccountStorage({ load }))).rejects.toThrow(StorageInUseError)
  })
})

describe('what the next process gets', () => {
  it('is the counts, and when the quota may be probed on the wall clock', async () => {
    const { saved, storage } = recordingStorage()
    const account = await open(storage)
    await call(account, resolvesWith(bad('quota_exceeded')))
    expect(saved.at(-1)).toMatchObject({ requestsOfDay: { day: TODAY, count: 1 }, exhausted: undefined })
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    await account.saveSchedule('a', 'fingerprint', 1)
    expect(saved.at(-1)).toMatchObject({ exhausted: { day: TODAY, probeAt: NOON + 30 * MINUTE } })
  })

  it('includes the next probe before a probe is sent, so that a crash does not repeat it', async () => {
    const { saved, storage } = recordingStorage()
    const account = await open(storage)
    await call(account, resolvesWith(bad('quota_exceeded')))
    await vi.advanceTimersByTimeAsync(30 * MINUTE)
    const probe = aCall()
    void call(account, probe.send)
    await settle()
    expect(probe.isSent()).toBe(true)
    expect(saved.at(-1)).toMatchObject({ exhausted: { day: TODAY, probeAt: NOON + 60 * MINUTE } })
  })

  it('is the schedule of each report, with the fingerprint of its credentials', async () => {
    const { saved, storage } = recordingStorage()
    const account = await open(storage)
    account.noteSchedule('a', 'one', 1)
    expect(saved).toEqual([])
    expect(await account.saveSchedule('b', 'two', 2)).toBe(true)
    expect(saved.at(-1)?.schedules).toEqual({
      a: { credentials: 'one', earliestFetch: 1 },
      b: { credentials: 'two', earliestFetch: 2 },
    })
    account.forgetSchedule('a')
    await account.saveSchedule('b', 'two', 3)
    expect(saved.at(-1)?.schedules).toEqual({ b: { credentials: 'two', earliestFetch: 3 } })
  })
})

describe('the requests of other programs', () => {
  const MEASURING = scheduledReport({ name: 'token_info', refreshIntervalMs: HOUR }, anOperation())
  const measure = (account: Account, accountCalls: number) =>
    account.call({
      report: MEASURING,
      signal: never,
      ...silent,
      send: async () => ({ ...good(), accountCalls }),
    })

  async function openMeasured(storage: AccountStorage): Promise<Account> {
    const { account } = await openAccount(
      { ...accountSettings(anOperation({ licenses: 1 })), reports: [AGENTS, MEASURING] },
      storage,
    )
    return account
  }

  it('are what wolkvox counts beyond our own, stored for the next process', async () => {
    const { saved, storage } = recordingStorage(storageWith({ requestsOfDay: { day: TODAY, count: 99 } }))
    const account = await openMeasured(storage)
    await measure(account, 340)
    const marks = [
      { at: MIDNIGHT, count: 0 },
      { at: NOON, count: 240 },
    ]
    const expected = { day: TODAY, count: 240, measuredAt: NOON, marks }
    expect(account.state().otherRequests).toEqual(expected)
    await account.saveSchedule('agents', 'one', 1)
    expect(saved.at(-1)?.otherRequests).toEqual(expected)
  })

  it('that were made before a start without storage are no rate: they may be our own', async () => {
    const account = await openMeasured(anAccountStorage())
    await measure(account, 901)
    expect(account.state().otherRequests).toEqual({
      day: TODAY,
      count: 900,
      measuredAt: NOON,
      marks: [{ at: NOON, count: 900 }],
    })
    // The calls that are left suffice, and no others are expected.
    expect(
      reserveAgainst({ ...account.state(), dailyLimit: 2000 }, MEASURING, momentAt(NOON), new Map()),
    ).toBeUndefined()
    // The next day is counted from its beginning.
    vi.setSystemTime(MIDNIGHT + 25 * HOUR)
    await measure(account, 25)
    expect(account.state().otherRequests).toMatchObject({
      count: 24,
      marks: [
        { at: MIDNIGHT + 24 * HOUR, count: 0 },
        { at: MIDNIGHT + 25 * HOUR, count: 24 },
      ],
    })
  })

  it('of an earlier process count from the start', async () => {
    const otherRequests = {
      day: TODAY,
      count: 990,
      measuredAt: NOON - MINUTE,
      marks: [{ at: MIDNIGHT, count: 0 }],
    }
    const account = await openMeasured(
      storageWith({ requestsOfDay: { day: TODAY, count: 10 }, otherRequests }),
    )
    expect(await call(account, resolvesWith(good()))).toMatchObject({
      failure: {
        message:
          'the 1000 calls that the licences allow today are used up: 10 by this exporter, about 990 by other programs; ' +
          'no call was sent; the next attempt is in 29m',
      },
    })
    expect(account.allows(AGENTS)).toBe(false)
    expect(account.allows(MEASURING)).toBe(true)
    await measure(account, 500)
    expect(account.allows(AGENTS)).toBe(true)
  })
})
