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

/** The calls of an earlier run. */
export interface StoredCalls extends Calls {
  /** Whether the token or the address has changed since: the operator then expects a call at once. */
  readonly haveOtherCredentials?: boolean
}

/** Keeps an operation's calls and its last good answer across restarts. */
export interface Storage {
  /**
   * What an earlier run has left behind; nothing where there is none, or it cannot be trusted.
   *
   * @throws StorageInUse when another exporter uses the same storage
   */
  load(): Promise<{ readonly calls: StoredCalls | undefined; readonly served: Served | undefined }>
  /**
   * @returns whether it could be kept; the refresh goes on either way
   * @throws StorageInUse when another exporter uses the same storage; nothing is written then
   */
  saveCalls(calls: Calls): Promise<boolean>
  /**
   * Keeps the last good answer.
   *
   * @returns whether it could be kept
   * @throws StorageInUse when another exporter uses the same storage; nothing is written then
   */
  saveSnapshot(): Promise<boolean>
  /** Gives the storage up for another exporter, once nothing is being read or written. */
  close(): Promise<void>
}

/** Forgets everything with the process. */
export const noStorage: Storage = {
  load: async () => ({ calls: undefined, served: undefined }),
  saveCalls: async () => true,
  saveSnapshot: async () => true,
  close: async () => {},
}
