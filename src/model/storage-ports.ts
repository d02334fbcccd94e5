import type { RenderedSnapshot } from './outcome.ts'

/** Requests of one day of the account's time zone. */
export interface RequestsOfDay {
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly count: number
}

/** A number of requests at a moment. */
export interface MeasuredCount {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Requests since the day began. */
  readonly count: number
}

/** What other programs have used of an account's calls, as the last measurement has shown. */
export interface OtherRequests extends RequestsOfDay {
  /** Milliseconds since 1970. */
  readonly measuredAt: number
  /** Counts of this day about an hour apart, oldest first. The first is of the moment from which others are distinguished. */
  readonly marks: readonly MeasuredCount[]
}

/** When a report of an operation may be fetched next, as a process leaves it for the next one. */
export interface StoredSchedule {
  /** No fetch before this, in milliseconds since 1970. */
  readonly earliestFetch: number
  /** What the report was fetched with: a fingerprint, see `credentialsFingerprint`. */
  readonly credentials: string
}

/** What is stored of an account, so that a restart costs no unnecessary call. */
export interface StoredAccount {
  readonly requestsOfDay: RequestsOfDay
  /** Counts of other days, the last counted one first. Their dates can be ahead if the clock was. Absent if there are none. */
  readonly otherDays?: readonly RequestsOfDay[] | undefined
  /** Day on which wolkvox refused a call because the quota is exhausted, and when a call may probe it, since 1970. */
  readonly exhausted?: { readonly day: string; readonly probeAt: number } | undefined
  /** `undefined` until a report has measured it. */
  readonly otherRequests?: OtherRequests | undefined
  /** By the key of the report: {@link reportKey}. */
  readonly schedules: Readonly<Record<string, StoredSchedule>>
}

/** Keeps the request counts and schedules of an account across restarts. */
export interface AccountStorage {
  /**
   * Locks the storage of the account and reads what an earlier process has stored.
   *
   * @returns `undefined` if nothing is stored, or if it cannot be trusted
   * @throws StorageInUseError when another exporter uses the same storage
   */
  load(): Promise<StoredAccount | undefined>
  /**
   * @returns whether it was stored; the refresh continues either way
   * @throws StorageInUseError when another exporter uses the same storage; nothing is written then
   */
  save(account: StoredAccount): Promise<boolean>
  /** Releases the lock, when nothing is being read or written. */
  close(): Promise<void>
}

/** Keeps the last good data of a report across restarts. */
export interface SnapshotStorage {
  /** @returns `undefined` if nothing is stored, or if it cannot be trusted */
  load(): Promise<RenderedSnapshot | undefined>
  /**
   * @param encoded bytes of the file; a rejection is a failure to store them
   * @returns whether they were stored
   * @throws StorageInUseError when another exporter uses the same storage; nothing is written then
   */
  save(encoded: Promise<Uint8Array>): Promise<boolean>
}
