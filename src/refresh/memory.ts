import type { Served } from './attempt.ts'
import type { RequestsOfDay } from './state.ts'

/** What has to outlive the process so that a restart costs no call it need not. */
export interface Calls {
  readonly requestsOfDay: RequestsOfDay
  /** Day on which the quota was found spent, if it was. */
  readonly quotaSpentOn?: string | undefined
  /** No call before this, in milliseconds since 1970. */
  readonly nextRefreshAt: number
}

/** Keeps an operation's calls and its last good answer across restarts. */
export interface Memory {
  /** What an earlier run has left behind; nothing where there is none, or it cannot be trusted. */
  recall(): Promise<{ readonly calls: Calls | undefined; readonly served: Served | undefined }>
  /** @returns whether it could be kept; the refresh goes on either way */
  keepCalls(calls: Calls): Promise<boolean>
  /** Keeps the last good answer. @returns whether it could be kept */
  keepSnapshot(): Promise<boolean>
}

/** Forgets everything with the process. */
export const noMemory: Memory = {
  recall: async () => ({ calls: undefined, served: undefined }),
  keepCalls: async () => true,
  keepSnapshot: async () => true,
}
