import { afterEach, beforeEach, expect, vi } from 'vitest'
import { dailyLimit } from '../../src/config/account.ts'
import type { Operation } from '../../src/config/operation.ts'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import { type Attempt, failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import type { AccountStorage, SnapshotStorage, StoredAccount } from '../../src/model/storage-ports.ts'
import { type Account, type AccountSettings, openAccount } from '../../src/scheduling/account.ts'
import { type RefreshEvents, type Refresher, startRefresher } from '../../src/scheduling/refresher.ts'
import { reportKey, type ScheduledReport, scheduledReport } from '../../src/scheduling/scheduled-report.ts'
import { anOperation, aSuccess, type OperationOverrides } from '../../tools/fixtures.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export const silentEvents: RefreshEvents = {
  onResumed: () => {},
  onTurn: () => {},
  onRetry: () => {},
  onRefreshed: () => {},
  onRemoved: () => {},
}

/** An account's storage that stores nothing, except where a test replaces a function. */
export function anAccountStorage(overrides: Partial<AccountStorage> = {}): AccountStorage {
  return { load: async () => undefined, save: async () => true, close: async () => {}, ...overrides }
}

/** A storage in which an earlier process has left an account. */
export function storageWith(stored: Partial<StoredAccount>): AccountStorage {
  return anAccountStorage({
    load: async () => ({ requestsOfDay: { day: '2026-03-10', count: 0 }, schedules: {}, ...stored }),
  })
}

/** A report's storage that stores nothing, except where a test replaces a function. */
export function aSnapshotStorage(overrides: Partial<SnapshotStorage> = {}): SnapshotStorage {
  return { load: async () => undefined, save: async () => true, ...overrides }
}

export const accountSettings = (operation: Operation): AccountSettings => ({
  account: operation.server,
  timeZone: operation.timeZone,
  dailyLimit: dailyLimit(operation),
  reports: operation.reports.map((report) => scheduledReport(report, operation)),
})

/** The outcome of a call that succeeds now. */
export const good = (): Outcome => aSuccess({ fetchedAt: Date.now(), records: 1, rows: 1 })

/** The outcome of a call that fails. */
export const bad = (reason: Parameters<typeof failedOutcome>[0]): Outcome => failedOutcome(reason, reason)

/** The result of a call, with bytes to store if there is data. */
export function anAttempt(outcome: Outcome): Attempt {
  return { outcome, encoded: outcome.ok ? Promise.resolve(new Uint8Array(1)) : undefined }
}

/** The time of day of moments, in UTC. */
export const timesOf = (moments: readonly number[]): string[] =>
  moments.map((moment) => new Date(moment).toISOString().slice(11, 19))

// Fake time would replace it.
const nextTurn = setImmediate

/**
 * Lets fake time pass, as `vi.advanceTimersByTimeAsync` does, but without its real wait of about a millisecond for each timer: a
 * day has many.
 */
export async function passTime(ms: number): Promise<void> {
  let isOver = false
  setTimeout(() => {
    isOver = true
  }, ms)
  for (;;) {
    // All promises settle first.
    await new Promise((resolve) => nextTurn(resolve))
    if (isOver) return
    vi.advanceTimersToNextTimer()
  }
}

export interface ReportOptions extends OperationOverrides {
  /** Shared by several reports; opened from the storage if absent. */
  readonly account?: Account
  readonly storage?: AccountStorage
  readonly snapshots?: SnapshotStorage
  /** Of the report `agents` if absent. */
  readonly scheduled?: ScheduledReport
  readonly startOffsetMs?: number
  readonly events?: Partial<RefreshEvents>
}

export interface RunningReport extends Refresher {
  readonly account: Account
  readonly scheduled: ScheduledReport
  /** How often storing failed. */
  storageFailures(): number
}

const started: { stop(): Promise<void> }[] = []

/** Stops it when the test ends, in a file with fake time. */
export function stopAfterTest<T extends { stop(): Promise<void> }>(running: T): T {
  started.push(running)
  return running
}

/** Runs the report `agents` of an operation, as the supervisor does. Ends with the test. */
export async function startReport(
  call: (signal: AbortSignal) => Outcome | Promise<Outcome>,
  {
    account: shared,
    scheduled: chosen,
    storage,
    snapshots,
    startOffsetMs = 0,
    events,
    ...overrides
  }: ReportOptions = {},
): Promise<RunningReport> {
  const operation = anOperation(overrides)
  const [settings] = operation.reports
  if (settings === undefined) throw new Error('the operation has no report')
  const key = reportKey(operation.name, settings.name)
  const credentials = credentialsFingerprint(operation)
  const { account, stored } =
    shared === undefined
      ? await openAccount(accountSettings(operation), storage ?? anAccountStorage())
      : { account: shared, stored: undefined }
  const scheduled = chosen ?? scheduledReport(settings, operation)
  let storageFailures = 0
  const refresher = startRefresher(operation, settings, {
    account,
    report: scheduled,
    snapshots: snapshots ?? aSnapshotStorage(),
    schedule: stored?.schedules[key],
    credentials,
    startOffsetMs,
    attempt: async (signal) => anAttempt(await call(signal)),
    onStorageFailure: () => {
      storageFailures += 1
    },
    events: { ...silentEvents, ...events },
  })
  stopAfterTest(refresher)
  return { ...refresher, account, scheduled, storageFailures: () => storageFailures }
}

/** Every test of the file begins at this moment, in fake time, and must leave no timer. */
export function useFakeTime(moment: string): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse(moment) })
    // The middle of the jitter.
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })

  afterEach(async () => {
    const stopped = Promise.all(started.splice(0).map((running) => running.stop()))
    await vi.runAllTimersAsync()
    await stopped
    expect(vi.getTimerCount()).toBe(0)
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

/** A call that ends when the test says so. */
export function aCall() {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  let isSent = false
  return {
    send: () => {
      isSent = true
      return promise
    },
    isSent: () => isSent,
    end: resolve,
    fail: reject,
  }
}
