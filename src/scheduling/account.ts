import { now } from '../clock.ts'
import type { Outcome } from '../model/outcome.ts'
import type { AccountStorage, StoredAccount, StoredSchedule } from '../model/storage-ports.ts'
import { dayAt } from './account-day.ts'
import {
  type AccountState,
  backoffMs,
  isQuotaExhausted,
  PROBE_INTERVAL_MS,
  withAccountCalls,
  withExhaustedQuota,
  withFreeQuota,
  withMeasurementProbed,
  withMeasurementSent,
  withProbe,
  withRequestToday,
} from './budget.ts'
import { createCallQueue } from './call-queue.ts'
import { refusalOf } from './refusal.ts'
import type { ScheduledReport } from './scheduled-report.ts'

/** The settings of an account; operations with the same server and base URL share one. */
export type AccountSettings = Pick<AccountState, 'account' | 'timeZone' | 'dailyLimit' | 'reports'>

/** One call for one report. */
export interface Call {
  readonly report: ScheduledReport
  /** Ends the call early, also while it waits for its turn. */
  readonly signal: AbortSignal
  /** Called when the request is about to be sent. */
  readonly onRequest: () => void
  /** Called if it is not sent after all, because the call was ended while the counts were stored. */
  readonly onUnsent: () => void
  /** Called with whether the counts were stored. */
  readonly onSaved: (saved: boolean) => void
  readonly send: () => Promise<Outcome>
}

/**
 * A server code at a base URL. It owns the daily quota, and its calls run one at a time, the most important first. A call that has
 * waited for longer than the interval of its report is next.
 */
export interface Account {
  state(): AccountState
  /** How long no call of a report may be sent because the quota is exhausted, in milliseconds. */
  backoffMs(report: ScheduledReport): number
  /** Whether a call of a report would be sent now. */
  allows(report: ScheduledReport): boolean
  /** Applies changed settings; counts stay. */
  configure(settings: AccountSettings): void
  /**
   * Runs a call when it has its turn, unless the quota is exhausted or kept for more important reports. The request is counted and
   * stored before it is sent: the next process knows of it even if this one dies.
   *
   * @throws the signal's reason
   */
  call(call: Call): Promise<Outcome>
  /**
   * Calls the listener when calls are allowed again before the backoff has ended: a probe has succeeded, a measurement has shown
   * that calls are left, or the limit was raised.
   *
   * @returns removes the listener
   */
  onQuotaFreed(listener: () => void): () => void
  /**
   * Notes when a report may be fetched next, and stores it with the counts.
   *
   * @param key of the report
   * @param credentials fingerprint of what the report is fetched with
   * @returns whether it was stored
   */
  saveSchedule(key: string, credentials: string, earliestFetch: number): Promise<boolean>
  /**
   * Notes when the next refresh of a report is due, and that further ones follow in its interval. Less important reports leave it
   * the calls for them.
   *
   * @param dueAt on the monotonic clock
   */
  noteDue(report: ScheduledReport, dueAt: number): void
  /** Notes when a report may be fetched next. The next call stores it. */
  noteSchedule(key: string, credentials: string, earliestFetch: number): void
  /** Removes the schedule of a report that is no longer fetched. */
  forgetSchedule(key: string): void
  /** Ends the use of the storage. */
  close(): Promise<void>
}

/**
 * Opens an account: locks its storage and continues the counts of an earlier process.
 *
 * @returns the account, and what an earlier process has stored
 * @throws StorageInUseError when another exporter uses the storage
 */
export async function openAccount(
  settings: AccountSettings,
  storage: AccountStorage,
): Promise<{ readonly account: Account; readonly stored: StoredAccount | undefined }> {
  const stored = await storage.load()
  return { account: createAccount(settings, storage, stored), stored }
}

function createAccount(
  settings: AccountSettings,
  storage: AccountStorage,
  stored: StoredAccount | undefined,
): Account {
  // Those of an earlier process return when their reports start.
  const schedules = new Map<string, StoredSchedule>()
  const dueTimes = new Map<string, number>()
  let state = initialAccountState(settings, stored)
  const queue = createCallQueue()
  const listeners = new Set<() => void>()

  async function save(): Promise<boolean> {
    const { requestsOfDay, otherDays, exhausted, otherRequests } = state
    const { wallMs, monotonicMs } = now()
    return storage.save({
      requestsOfDay,
      otherDays,
      exhausted: exhausted && {
        day: exhausted.day,
        probeAt: wallMs + Math.max(0, exhausted.probeAtMonotonicMs - monotonicMs),
      },
      otherRequests,
      schedules: Object.fromEntries(schedules),
    })
  }

  /** Counts and stores a request that is about to be sent. @throws if it must not be sent; it is not counted then */
  async function countRequest({ report, signal, onRequest, onUnsent, onSaved }: Call): Promise<void> {
    const { requestsOfDay, otherDays, exhausted, measurementSentAtMonotonicMs, probeSentAtMonotonicMs } =
      state
    state = withRequestToday(withMeasurementProbed(state, now()), Date.now())
    state = withProbe(state, now())
    if (report.measuresAccount) state = withMeasurementSent(state, now())
    onRequest()
    let isSaved = false
    try {
      isSaved = await save()
      onSaved(isSaved)
      signal.throwIfAborted()
    } catch (error) {
      // Nothing else changes these: calls run one at a time.
      state = {
        ...state,
        requestsOfDay,
        otherDays,
        exhausted,
        measurementSentAtMonotonicMs,
        probeSentAtMonotonicMs,
      }
      onUnsent()
      // Otherwise the next process would count it, and wait for it.
      if (isSaved) onSaved(await save())
      throw error
    }
  }

  async function run(call: Call): Promise<Outcome> {
    const refusal = refusalOf(state, call.report, now(), dueTimes)
    if (refusal !== undefined) return refusal
    const wasExhausted = isQuotaExhausted(state, Date.now())
    await countRequest(call)
    const outcome = await call.send()
    noteOutcome(outcome)
    if (wasExhausted) notifyIfFreed()
    return outcome
  }

  function noteOutcome(outcome: Outcome): void {
    if (outcome.ok) {
      state = withFreeQuota(state)
      const { accountCalls } = outcome
      if (accountCalls !== undefined) state = withAccountCalls(state, accountCalls, Date.now())
    } else if (outcome.failure.reason === 'quota_exceeded') {
      state = withExhaustedQuota(state, now())
    }
  }

  function notifyIfFreed(): void {
    if (isQuotaExhausted(state, Date.now())) return
    for (const listener of listeners) listener()
  }

  return {
    state: () => state,
    backoffMs: (report) => backoffMs(state, now(), report),
    allows: (report) => refusalOf(state, report, now(), dueTimes) === undefined,
    configure: (changed) => {
      const wasExhausted = isQuotaExhausted(state, Date.now())
      state = { ...state, ...changed }
      if (wasExhausted) notifyIfFreed()
    },
    call(call) {
      const { priority, refreshIntervalMs: maxWaitMs } = call.report
      return queue.run({ priority, maxWaitMs, signal: call.signal }, () => run(call))
    },
    onQuotaFreed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    saveSchedule(key, credentials, earliestFetch) {
      schedules.set(key, { credentials, earliestFetch })
      return save()
    },
    noteDue: ({ key }, dueAt) => void dueTimes.set(key, dueAt),
    noteSchedule: (key, credentials, earliestFetch) => schedules.set(key, { credentials, earliestFetch }),
    forgetSchedule(key) {
      schedules.delete(key)
      dueTimes.delete(key)
    },
    close: () => storage.close(),
  }
}

function initialAccountState(settings: AccountSettings, stored: StoredAccount | undefined): AccountState {
  const { wallMs, monotonicMs } = now()
  const exhausted = stored?.exhausted
  return {
    ...settings,
    requestsOfDay: stored?.requestsOfDay ?? { day: dayAt(wallMs, settings.timeZone), count: 0 },
    otherDays: stored?.otherDays,
    countedSince: stored === undefined ? wallMs : 0,
    otherRequests: stored?.otherRequests,
    measurementSentAtMonotonicMs: undefined,
    exhausted: exhausted && {
      day: exhausted.day,
      // A longer wait was stored before the clock was set back.
      probeAtMonotonicMs: monotonicMs + Math.min(exhausted.probeAt - wallMs, PROBE_INTERVAL_MS),
    },
  }
}
