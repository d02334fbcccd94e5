import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it, vi } from 'vitest'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import { openAccount } from '../../src/scheduling/account.ts'
import { dayAt } from '../../src/scheduling/account-day.ts'
import type { ScheduledReport } from '../../src/scheduling/scheduled-report.ts'
import { good, HOUR, MINUTE, startReport, storageWith, useFakeTime } from './run-reports.ts'

const TIME_ZONE = 'America/Bogota'
// Bogotá's day begins.
const MIDNIGHT = '2026-03-10T05:00:00Z'

useFakeTime(MIDNIGHT)

const reportsEvery = (intervals: Readonly<Record<string, number>>): readonly ScheduledReport[] =>
  Object.entries(intervals).map(([name, refreshIntervalMs], priority) => ({
    key: name,
    name,
    priority,
    refreshIntervalMs,
    measuresAccount: name === 'measuring',
  }))

/** 1,560 calls a day, as of all reports at their default intervals. */
const SEVEN = reportsEvery({
  first: 5 * MINUTE,
  second: 5 * MINUTE,
  third: 5 * MINUTE,
  fourth: 15 * MINUTE,
  fifth: 5 * MINUTE,
  sixth: 5 * MINUTE,
  measuring: HOUR,
})

/** A call that was sent. */
interface SentCall {
  readonly report: string
  readonly at: number
  /** Day of the account. */
  readonly day: string
}

interface Options {
  readonly reports?: readonly ScheduledReport[]
  readonly licenses?: number
  /** Calls that were made on this day before. */
  readonly used?: number
  /** How long each call takes. */
  readonly takesMs?: (random: () => number) => number
  /** The outcome of a call. */
  readonly outcomeOf?: (report: string, random: () => number) => Outcome
}

const today = () => dayAt(Date.now(), TIME_ZONE)

/** Runs the reports of one account, and records what its server would see. */
async function run({
  reports = SEVEN,
  licenses,
  used = 0,
  takesMs = () => 500,
  outcomeOf = () => good(),
}: Options = {}) {
  const generator = xoroshiro128plus(42)
  const random = () => (generator.next() >>> 0) / 2 ** 32
  const { account } = await openAccount(
    {
      account: '0042',
      timeZone: TIME_ZONE,
      dailyLimit: licenses === undefined ? undefined : licenses * 1000,
      reports,
    },
    storageWith({ requestsOfDay: { day: '2026-03-10', count: used } }),
  )
  const calls: SentCall[] = []
  let inProgress = 0
  let mostInProgress = 0
  /** Reports that were sent while a more important one was waiting for its turn. */
  const overtaken: string[] = []
  /** Whether the report is in a refresh that has sent no call yet. */
  const isWaiting = new Map<string, () => boolean>()
  /** Moments at which a report was refused, by its name. */
  const paused = new Map<string, number[]>(reports.map(({ name }) => [name, []]))
  const messages = new Set<string>()
  /** The longest wait of a call for its turn, by the name of its report. */
  const longestWait = new Map<string, number>()

  async function send(scheduled: ScheduledReport): Promise<Outcome> {
    const waiting = reports.find(
      ({ name, priority }) => priority < scheduled.priority && isWaiting.get(name)?.(),
    )
    if (waiting !== undefined) overtaken.push(`${scheduled.name} before ${waiting.name}`)
    calls.push({ report: scheduled.name, at: Date.now(), day: today() })
    inProgress += 1
    mostInProgress = Math.max(mostInProgress, inProgress)
    await new Promise((resolve) => setTimeout(resolve, takesMs(random)))
    inProgress -= 1
    return outcomeOf(scheduled.name, random)
  }

  const running = await Promise.all(
    reports.map(async (scheduled, index) => {
      const report = await startReport(() => send(scheduled), {
        name: scheduled.name,
        refreshIntervalMs: scheduled.refreshIntervalMs,
        account,
        scheduled,
        startOffsetMs: index * 1400,
        events: {
          onTurn: (_state, waitedMs) => {
            longestWait.set(scheduled.name, Math.max(longestWait.get(scheduled.name) ?? 0, waitedMs))
          },
          onRefreshed: (_state, outcome) => {
            if (outcome.ok || outcome.failure.reason !== 'quota_exceeded') return
            paused.get(scheduled.name)?.push(Date.now())
            messages.add(outcome.failure.message)
          },
        },
      })
      isWaiting.set(scheduled.name, () => {
        const { inProgress: refreshing, requests, requestsBefore } = report.state()
        return refreshing && requests === requestsBefore
      })
      return { name: scheduled.name, report }
    }),
  )
  return {
    calls,
    paused,
    messages,
    overtaken,
    longestWait,
    mostInProgress: () => mostInProgress,
    refreshes: () => Object.fromEntries(running.map(({ name, report }) => [name, report.state().refreshes])),
    /** Calls of a report on a day. */
    callsOf: (report: string, day: string) =>
      calls.filter((call) => call.report === report && call.day === day).length,
    callsOn: (day: string) => calls.filter((call) => call.day === day).length,
  }
}

/** The moment of the first refusal of a report; infinity if there was none. */
const firstPause = (paused: ReadonlyMap<string, readonly number[]>, report: string) =>
  paused.get(report)?.[0] ?? Number.POSITIVE_INFINITY

describe('1,000 refreshes of seven reports with slow calls', () => {
  // The five reports that are due every five minutes keep the account busy for half of the time.
  const slow = (random: () => number) => 1000 + random() * 60_000

  it('are never two calls at once, and the most important report waits for one call at most', async () => {
    const { calls, overtaken, mostInProgress, refreshes } = await run({ licenses: 2, takesMs: slow })
    while (calls.length < 1000) await vi.advanceTimersByTimeAsync(MINUTE)
    expect(mostInProgress()).toBe(1)
    expect(overtaken).toEqual([])
    // Nothing starves: every report has had nearly all of its refreshes.
    const hours = (Date.now() - Date.parse(MIDNIGHT)) / HOUR
    for (const { name, refreshIntervalMs } of SEVEN) {
      const due = Math.floor((hours * HOUR) / refreshIntervalMs)
      expect(refreshes()[name], name).toBeGreaterThanOrEqual(Math.floor(due * 0.8))
    }
  })

  it('stay under the limit with failures and retries, and pause from the last report to the first', async () => {
    const { calls, callsOn, paused } = await run({
      licenses: 1,
      takesMs: slow,
      outcomeOf: (_report, random) => (random() < 0.1 ? failedOutcome('connect', 'broken') : good()),
    })
    await vi.advanceTimersByTimeAsync(36 * HOUR)
    expect(calls.length).toBeGreaterThan(1000)
    expect(callsOn('2026-03-10')).toBeLessThanOrEqual(1000)
    expect(callsOn('2026-03-11')).toBeLessThanOrEqual(1000)
    const pauses = ['fifth', 'fourth', 'third', 'second', 'first'].map((report) => firstPause(paused, report))
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other))
  })
})

describe('more calls than an account can make one at a time', () => {
  // Three calls of one minute for each refresh: the first two reports alone need more than their interval.
  const timingOut = { takesMs: () => MINUTE, outcomeOf: () => failedOutcome('timeout', 'no response') }

  it('delay every report but the most important one, and starve none', async () => {
    const { calls, overtaken, longestWait, mostInProgress } = await run(timingOut)
    await vi.advanceTimersByTimeAsync(24 * HOUR)
    expect(mostInProgress()).toBe(1)
    expect(overtaken.filter((text) => text.endsWith('before first'))).toEqual([])
    expect(longestWait.get('first')).toBeLessThanOrEqual(MINUTE)
    for (const { name, refreshIntervalMs } of SEVEN) {
      // Those that are overdue take turns with each other, and with more important ones that have waited for one of them.
      const longest = refreshIntervalMs + 3 * SEVEN.length * MINUTE
      expect(longestWait.get(name), name).toBeLessThanOrEqual(longest)
      const sentAt = calls.filter(({ report }) => report === name).map(({ at }) => at)
      const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0))
      expect(Math.max(...gaps), name).toBeLessThanOrEqual(refreshIntervalMs + longest)
    }
  })

  it('are counted as waits that are longer than the interval', async () => {
    const { longestWait } = await run(timingOut)
    await vi.advanceTimersByTimeAsync(3 * HOUR)
    expect(longestWait.get('sixth')).toBeGreaterThan(5 * MINUTE)
  })
})

describe('a budget that is too small for all reports', () => {
  it('serves the most important ones all day, and never exceeds the limit', async () => {
    const { callsOf, callsOn, paused } = await run({ licenses: 1 })
    await vi.advanceTimersByTimeAsync(48 * HOUR - 1)
    for (const day of ['2026-03-10', '2026-03-11']) {
      expect(callsOn(day)).toBeLessThanOrEqual(1000)
      expect(callsOn(day)).toBeGreaterThan(980)
      expect([callsOf('first', day), callsOf('second', day), callsOf('third', day)]).toEqual([288, 288, 288])
    }
    expect([paused.get('first'), paused.get('second'), paused.get('third')]).toEqual([[], [], []])
    expect(firstPause(paused, 'measuring')).toBeLessThan(firstPause(paused, 'fourth'))
    // After midnight, all reports that fit are fetched again.
    expect(callsOf('fourth', '2026-03-11')).toBe(callsOf('fourth', '2026-03-10'))
  })

  it('does not fetch a less important report while the most important one is paused', async () => {
    // 100 calls are left for 288 refreshes.
    const { calls, paused } = await run({ licenses: 1, used: 900 })
    await vi.advanceTimersByTimeAsync(24 * HOUR - 2 * MINUTE)
    expect(new Set(calls.map(({ report }) => report))).toEqual(new Set(['first']))
    const firstPaused = firstPause(paused, 'first')
    expect(calls.filter(({ at }) => at > firstPaused)).toEqual([])
    for (const { name } of SEVEN) expect(firstPause(paused, name)).toBeLessThanOrEqual(firstPaused)
  })

  it('says which reports the calls are kept for', async () => {
    const { messages } = await run({ licenses: 1, used: 900 })
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect([...messages]).toContainEqual(
      expect.stringMatching(
        /^\d+ calls are left today; 579 are kept for more important reports \(first, second\); no call was sent$/,
      ),
    )
  })
})

describe('other programs that use the account too', () => {
  /** Runs all reports with programs that make this many calls an hour; one report measures them. */
  async function runWithOthers(perHour: (hour: number) => number, licenses: number) {
    const started = Date.parse(MIDNIGHT)
    let reports: Awaited<ReturnType<typeof run>> | undefined
    /** Calls of the other programs since midnight. */
    function others(): number {
      const hours = ((Date.now() - started) / HOUR) % 24
      let sum = 0
      for (let hour = 0; hour < hours; hour += 1) sum += perHour(hour) * Math.min(1, hours - hour)
      return Math.floor(sum)
    }
    const total = () => others() + (reports?.callsOn(today()) ?? 0)
    let mostTotal = 0
    reports = await run({
      licenses,
      outcomeOf: (report) => {
        mostTotal = Math.max(mostTotal, total())
        const outcome = good()
        return report === 'measuring' && outcome.ok ? { ...outcome, accountCalls: total() } : outcome
      },
    })
    return { ...reports, mostTotal: () => mostTotal }
  }

  it('count against the limit: less important reports leave them their calls', async () => {
    const { callsOf, paused, mostTotal, messages } = await runWithOthers(() => 40, 2)
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
    expect(mostTotal()).toBeLessThanOrEqual(2000)
    expect(mostTotal()).toBeGreaterThan(1900)
    expect(callsOf('first', '2026-03-10')).toBe(288)
    expect(paused.get('first')).toEqual([])
    expect(paused.get('sixth')?.length).toBeGreaterThan(0)
    expect([...messages].join('\n')).toContain('other programs are expected to use')
  })

  it('that only work by day leave the most important report its calls', async () => {
    const { callsOf, mostTotal } = await runWithOthers((hour) => (hour >= 8 && hour < 18 ? 100 : 0), 2)
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
    expect(mostTotal()).toBeLessThanOrEqual(2000)
    expect(callsOf('first', '2026-03-10')).toBe(288)
  })

  it('that stop are no longer expected once they are measured for three hours', async () => {
    const { paused } = await runWithOthers((hour) => (hour >= 6 && hour < 12 ? 60 : 0), 2)
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
    const hours = paused.get('sixth')?.map((at) => (at - Date.parse(MIDNIGHT)) / HOUR) ?? []
    expect(hours.some((hour) => hour > 9 && hour < 12)).toBe(true)
    expect(hours.filter((hour) => hour > 15.1)).toEqual([])
  })

  it.each([
    ['in one hour of measurements', 5000, (hour: number) => (hour === 8 ? 5000 : 0)],
    ['that two measurements share', 5000, (hour: number) => (hour === 8 || hour === 9 ? 2500 : 0)],
  ])('that make one burst pause no report: %s', async (_what, burst, perHour) => {
    const { paused, callsOn, mostTotal } = await runWithOthers(perHour, 7)
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
    expect([...paused.values()].flat()).toEqual([])
    expect(callsOn('2026-03-10')).toBe(1560)
    expect(mostTotal()).toBe(1560 + burst)
  })

  it('that use up the account stop all calls but the measurement or a probe of the first, once in 30 minutes', async () => {
    const { calls, paused, messages } = await runWithOthers((hour) => (hour === 2 ? 2000 : 0), 2)
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
    const since = Date.parse(MIDNIGHT) + 4 * HOUR
    const late = calls.filter(({ at }) => at > since)
    expect(new Set(late.map(({ report }) => report))).toEqual(new Set(['measuring', 'first']))
    const gaps = late.slice(1).map(({ at }, index) => at - (late[index]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(29 * MINUTE)
    expect(paused.get('first')?.length).toBeGreaterThan(0)
    expect([...messages].join('\n')).toMatch(
      /the 2000 calls that the licences allow today are used up: \d+ by this exporter, about \d+ by other programs; no call was sent; the next attempt is in/,
    )
    // The next day begins as usual.
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(calls.filter(({ report, at }) => report === 'first' && at > since)).not.toEqual([])
  })
})
