import { delay, delayUntil, now } from '../clock.ts'
import type { Operation, ReportSettings } from '../config/operation.ts'
import type { Attempt, Failure, Outcome } from '../model/outcome.ts'
import type { SnapshotStorage, StoredSchedule } from '../model/storage-ports.ts'
import type { FailureReason } from '../wolkvox/failure.ts'
import type { Account } from './account.ts'
import {
  earliestFetch,
  firstWait,
  nextStart,
  requestedWait,
  retryDelay,
  startOfSchedule,
} from './schedule.ts'
import { reportKey, type ScheduledReport } from './scheduled-report.ts'
import {
  initialState,
  type ReportState,
  withClockSkew,
  withData,
  withFailedAttempt,
  withNextRefresh,
  withOutcome,
  withRefreshInProgress,
  withRequest,
  withSettings,
} from './state.ts'

/** Refreshes one report of one operation. */
export interface Refresher {
  state(): ReportState
  /** Resolves when it was stopped; rejects when it cannot continue. */
  readonly ended: Promise<void>
  /**
   * The next call is made with other credentials. If wolkvox refused the previous credentials,
   * refreshes immediately.
   *
   * @param credentials fingerprint of token and address
   */
  useCredentials(credentials: string): void
  /** Aborts a fetch in progress, starts no other, and resolves when nothing is running any more. */
  stop(): Promise<void>
}

/** What happens to a refresher, for logs. */
export interface RefreshEvents {
  /** The first refresh waits, because an earlier process fetched recently. */
  readonly onResumed: (state: ReportState, waitMs: number) => void
  /** A call had its turn, after it waited this long for other calls of its account. */
  readonly onTurn: (state: ReportState, waitedMs: number) => void
  /** A call failed and will be retried. */
  readonly onRetry: (state: ReportState, failure: Failure, waitMs: number) => void
  /** A refresh ended with this state. */
  readonly onRefreshed: (state: ReportState, outcome: Outcome) => void
  /** The configuration no longer has the report. */
  readonly onRemoved: (state: ReportState) => void
}

/** What a refresher works with. */
export interface RefresherParts {
  readonly account: Account
  readonly report: ScheduledReport
  readonly snapshots: SnapshotStorage
  /** The schedule that an earlier process has stored. */
  readonly schedule: StoredSchedule | undefined
  /** The last state under other settings, whose data and counts continue. */
  readonly previous?: ReportState | undefined
  /** Fingerprint of token and address, until `useCredentials` changes it. */
  readonly credentials: string
  /** How long a first refresh that is due at once is delayed, so that many refreshers do not start together. */
  readonly startOffsetMs: number
  /** Rejects only with the signal's reason. */
  readonly attempt: (signal: AbortSignal) => Promise<Attempt>
  readonly onStorageFailure: () => void
  readonly events: RefreshEvents
}

/** Failures that a valid token ends. */
const REFUSED_CREDENTIALS: ReadonlySet<FailureReason> = new Set(['invalid_token', 'unauthorized'])

/** Refreshes a report on schedule until it is stopped. */
export function startRefresher(
  operation: Operation,
  settings: ReportSettings,
  parts: RefresherParts,
): Refresher {
  const { account, report, snapshots, schedule, previous, startOffsetMs, attempt, onStorageFailure, events } =
    parts
  const { refreshIntervalMs } = settings
  const key = reportKey(operation.name, settings.name)
  const stopping = new AbortController()
  const { signal } = stopping
  let state =
    previous === undefined
      ? initialState(operation.name, settings, Date.now())
      : withSettings(previous, settings)
  /** When the first request of this refresh was sent, on the monotonic clock. */
  let sentAt: number | undefined
  let { credentials } = parts
  /** What the last call was made with. */
  let usedCredentials = previous === undefined ? undefined : schedule?.credentials
  /** Ends the wait for the next refresh. */
  let waiting = new AbortController()
  /** When the next refresh is due, on the monotonic clock. */
  let dueAt = Number.NaN
  /** When it would be due if the account's quota were free. */
  let dueWithoutBackoff = Number.NaN
  /** Until when it waits because the account's quota is exhausted. */
  let backoffUntil = 0

  function noteSaved(saved: boolean): void {
    if (!saved) onStorageFailure()
  }

  /** @returns milliseconds until the first refresh is due */
  async function restore(): Promise<number> {
    const stored = state.rendered === undefined ? await snapshots.load() : undefined
    if (stored !== undefined) state = withData(state, stored, now())
    const { rendered } = state
    // After a change of the token the operator expects the exporter to try the new one immediately.
    const wait =
      schedule !== undefined && schedule.credentials !== parts.credentials
        ? 0
        : firstWait(schedule?.earliestFetch, rendered?.fetchedAt, refreshIntervalMs, Date.now())
    // Not the backoff of the account: a refused refresh costs no call, and its reason shows why there is no data.
    const firstIn = wait || startOffsetMs
    state = withNextRefresh(state, Date.now() + firstIn)
    if (previous === undefined && (rendered !== undefined || firstIn > startOffsetMs)) {
      events.onResumed(state, firstIn)
    }
    return firstIn
  }

  async function call(): Promise<Attempt> {
    let encoded: Attempt['encoded']
    const queuedAt = performance.now()
    const outcome = await account.call({
      report,
      signal,
      onRequest: () => {
        // A call that waited for its turn leaves a later schedule to the next process.
        if (sentAt === undefined) {
          state = withNextRefresh(state, Date.now() + refreshIntervalMs)
          const startedAt = startOfSchedule(dueAt, performance.now(), refreshIntervalMs)
          account.noteDue(report, startedAt + refreshIntervalMs)
        }
        account.noteSchedule(key, credentials, earliestFetch(state))
        events.onTurn(state, performance.now() - queuedAt)
      },
      onUnsent: () => {
        // The next process need not wait for a refresh that has sent nothing.
        if (sentAt === undefined) account.noteSchedule(key, credentials, 0)
      },
      onSaved: noteSaved,
      send: async () => {
        state = withRequest(state)
        sentAt ??= performance.now()
        usedCredentials = credentials
        const attempted = await attempt(signal)
        encoded = attempted.encoded
        state = withClockSkew(state, attempted.clockSkewMs)
        return attempted.outcome
      },
    })
    return { outcome, encoded }
  }

  async function refresh(): Promise<Attempt> {
    const startedAt = performance.now()
    sentAt = undefined
    let attempted = await call()
    for (let retries = 0; !attempted.outcome.ok; retries += 1) {
      const { failure } = attempted.outcome
      const elapsed = performance.now() - startedAt
      const wait = retryDelay(failure, retries, refreshIntervalMs, elapsed, Math.random())
      if (wait === undefined || !account.allows(report)) break
      state = withFailedAttempt(state)
      events.onRetry(state, failure, wait)
      await delay(wait, signal)
      signal.throwIfAborted()
      attempted = await call()
    }
    state = withOutcome(state, attempted.outcome, performance.now() - startedAt, now())
    return attempted
  }

  /** @param startedAt when the last refresh started; all on the monotonic clock */
  function planNext(startedAt: number, requestedUntil: number): void {
    const { wallMs, monotonicMs } = now()
    dueWithoutBackoff = Math.max(nextStart(startedAt, refreshIntervalMs, monotonicMs), requestedUntil)
    dueAt = Math.max(dueWithoutBackoff, backoffUntil)
    state = withNextRefresh(state, wallMs + dueAt - monotonicMs)
  }

  /** The quota is free again: a refresh that only waits for it comes now, or when it would have been due. */
  function endBackoff(): void {
    const { wallMs, monotonicMs } = now()
    if (backoffUntil <= monotonicMs) return
    backoffUntil = 0
    dueAt = Math.max(dueWithoutBackoff, monotonicMs)
    state = withNextRefresh(state, wallMs + dueAt - monotonicMs)
    waiting.abort()
  }

  async function waitUntilDue(): Promise<void> {
    while (!signal.aborted && !hasNewCredentials() && performance.now() < dueAt) {
      waiting = new AbortController()
      await delayUntil(dueAt, waiting.signal)
    }
    signal.throwIfAborted()
  }

  /** Whether the credentials that wolkvox has refused were replaced. */
  function hasNewCredentials(): boolean {
    const reason = state.lastRefresh?.failure?.reason
    return reason !== undefined && REFUSED_CREDENTIALS.has(reason) && usedCredentials !== credentials
  }

  async function run(): Promise<void> {
    const firstIn = await restore()
    dueAt = performance.now() + firstIn
    account.noteDue(report, dueAt)
    for (;;) {
      await waitUntilDue()
      if (hasNewCredentials()) dueAt = performance.now()
      backoffUntil = 0
      state = withRefreshInProgress(state, Date.now() + refreshIntervalMs)
      const { outcome, encoded } = await refresh()
      const startedAt = startOfSchedule(dueAt, sentAt, refreshIntervalMs)
      const endedAt = performance.now()
      const failure = outcome.ok ? undefined : outcome.failure
      const requestedUntil = endedAt + requestedWait(failure, refreshIntervalMs)
      // After a success the next refresh comes on schedule, even if the limit is reached: it is refused, and its reason is exposed.
      backoffUntil = outcome.ok ? 0 : endedAt + account.backoffMs(report)
      planNext(startedAt, requestedUntil)
      events.onRefreshed(state, outcome)
      if (encoded !== undefined) noteSaved(await snapshots.save(encoded))
      // A slow disk may have taken longer than the interval.
      planNext(startedAt, requestedUntil)
      noteSaved(await account.saveSchedule(key, credentials, earliestFetch(state)))
    }
  }

  // Stored again with the next call of the account, until this report has a new schedule.
  if (schedule?.credentials === credentials) account.noteSchedule(key, credentials, schedule.earliestFetch)
  const stopListening = account.onQuotaFreed(endBackoff)
  const ended = run()
    .catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    .finally(stopListening)
  return {
    state: () => state,
    ended,
    useCredentials(changed) {
      credentials = changed
      if (hasNewCredentials()) waiting.abort()
    },
    stop: async () => {
      stopping.abort()
      waiting.abort()
      await ended.catch(reportedByEnded)
    },
  }
}

function reportedByEnded(): void {}
