import type { Operation } from '../config/operation.ts'
import type { Attempt, Failure, Outcome } from './attempt.ts'
import { callWithinLimits } from './call.ts'
import { delay, delayUntil } from './delay.ts'
import { now } from './moment.ts'
import { holdFor } from './quota.ts'
import { firstStart, notBefore } from './restart.ts'
import { retryAfterHold, retryDelay } from './retry.ts'
import { nextStart } from './schedule.ts'
import {
  initialState,
  type OperationState,
  withEndedCall,
  withNextRefresh,
  withOutcome,
  withRefreshUnderWay,
  withRequest,
  withServed,
  withSpending,
  withStorageFailure,
} from './state.ts'
import type { Storage } from './storage.ts'
import type { TokenQueue } from './token-queue.ts'

/** Keeps one operation fresh. */
export interface Refresher {
  /** What is known of the operation now. */
  state(): OperationState
  /** Resolves when it has been stopped; rejects when it cannot go on, as when another exporter uses its storage. */
  readonly ended: Promise<void>
  /** Aborts a fetch in progress, starts no other, and resolves when nothing is left running. */
  stop(): Promise<void>
}

/** What a refresher works with. */
export interface RefresherParts {
  /** wolkvox's names of all fields that are read. */
  readonly fields: readonly string[]
  readonly attempt: Attempt
  /** Shared by all operations. */
  readonly tokens: TokenQueue
  readonly storage: Storage
  /** Told when the first refresh waits, as an earlier run has called not long ago. */
  readonly onWait: (state: OperationState, waitMs: number) => void
  /** Told of each call that failed and is made again after a wait. */
  readonly onRetry: (state: OperationState, failure: Failure, waitMs: number) => void
  /** Told of each refresh that ended, with the state that it left. */
  readonly onRefresh: (state: OperationState, outcome: Outcome) => void
}

/** Refreshes an operation in its rhythm, until it is stopped: at once, unless an earlier run has left the next start. */
export function startRefresher(operation: Operation, parts: RefresherParts): Refresher {
  const { fields, attempt, tokens, storage, onWait, onRetry, onRefresh } = parts
  const { refreshIntervalMs } = operation
  const stopping = new AbortController()
  const { signal } = stopping
  let state = initialState(operation, fields, Date.now())

  const ledger = {
    state: () => state,
    spend: () => {
      state = withRequest(state, Date.now())
    },
    save: saveCalls,
  }

  async function saveCalls(): Promise<void> {
    const { requestsOfDay, quotaSpentOn } = state
    noteSaved(await storage.saveCalls({ requestsOfDay, quotaSpentOn, nextRefreshAt: notBefore(state) }))
  }

  function noteSaved(saved: boolean): void {
    if (!saved) state = withStorageFailure(state)
  }

  /** @returns milliseconds until the first refresh is due */
  async function load(): Promise<number> {
    const { calls, served } = await storage.load()
    if (calls !== undefined) state = withSpending(state, calls.requestsOfDay, calls.quotaSpentOn)
    if (served !== undefined) state = withServed(state, served, now())
    const fetchedAt = calls?.haveOtherCredentials ? undefined : served?.fetchedAt
    const wait = firstStart(calls?.nextRefreshAt, fetchedAt, refreshIntervalMs, Date.now())
    state = withNextRefresh(state, Date.now() + wait)
    if (wait > 0) onWait(state, wait)
    return wait
  }

  async function refresh(): Promise<Outcome> {
    const startedAt = performance.now()
    let outcome = await callWithinLimits(attempt, tokens, ledger, signal)
    for (let retries = 0; !outcome.ok; retries += 1) {
      const elapsed = performance.now() - startedAt
      const wait = retryDelay(outcome.failure, retries, refreshIntervalMs, elapsed, Math.random())
      if (wait === undefined || holdFor(state, Date.now()) > 0) break
      state = withEndedCall(state)
      onRetry(state, outcome.failure, wait)
      await delay(wait, signal)
      signal.throwIfAborted()
      outcome = await callWithinLimits(attempt, tokens, ledger, signal)
    }
    state = withOutcome(state, outcome, performance.now() - startedAt, now())
    return outcome
  }

  /** How long the next refresh has to wait, whatever the rhythm says. */
  function holdMs(): number {
    const afterFailure = retryAfterHold(state.lastRefresh?.failure, refreshIntervalMs)
    return Math.max(holdFor(state, Date.now()), afterFailure)
  }

  async function run(): Promise<void> {
    const wait = await load()
    let dueAt = performance.now() + wait
    for (;;) {
      await delayUntil(dueAt, signal)
      signal.throwIfAborted()
      state = withRefreshUnderWay(state, Date.now() + refreshIntervalMs)
      const outcome = await refresh()
      const startedAt = dueAt
      const holdUntil = performance.now() + holdMs()
      const plan = () => {
        const { wall, steady } = now()
        dueAt = Math.max(nextStart(startedAt, refreshIntervalMs, steady), holdUntil)
        state = withNextRefresh(state, wall + dueAt - steady)
      }
      plan()
      onRefresh(state, outcome)
      if (outcome.ok) noteSaved(await storage.saveSnapshot())
      // A slow disk may have taken longer than the interval.
      plan()
      await saveCalls()
    }
  }

  const ended = run().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    state: () => state,
    ended,
    stop: async () => {
      stopping.abort()
      await ended.catch(reportedByEnded)
      await storage.close()
    },
  }
}

function reportedByEnded(): void {}
