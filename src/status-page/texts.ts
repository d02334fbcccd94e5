import type { FailureReason } from '../wolkvox/failure.ts'
import type { Condition } from './status.ts'

/** A count with its noun. English and Spanish have one form for 1, and one for all other counts. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The texts of the status page in one language. Each language has all of them: a missing one is a type error. */
export interface Texts {
  /** BCP 47 tag for numbers, dates and relative times. */
  readonly locale: string
  readonly title: string
  readonly version: (version: string) => string
  readonly asOf: string
  readonly autoRefresh: string
  readonly allOperations: string
  readonly times: (timeZone: string) => string
  readonly summary: {
    readonly heading: string
    readonly allWell: string
    readonly starting: string
    /** Reports and operations, such as `3 reports of 1 operation`. */
    readonly counts: (reports: number, operations: number) => string
    readonly problems: (count: number) => string
    readonly more: (count: number) => string
    readonly noData: string
    readonly stale: string
    readonly failing: string
    readonly staleWithoutFailure: string
    /** @param span such as `2 h 5 min` */
    readonly failingFor: (span: string) => string
    readonly account: (name: string) => string
    readonly limitReached: (nextAttempt: string) => string
    readonly refusedByWolkvox: (nextAttempt: string) => string
    readonly nearlyUsedUp: (used: string, limit: string) => string
    readonly recordLimit: (records: string) => string
    readonly rejected: (records: string, values: string) => string
    readonly futureDates: string
    /** @param span such as `2 h 5 min` */
    readonly reloadFails: (span: string) => string
    readonly whatToDo: string
  }
  readonly conditions: Readonly<Record<Condition, string>>
  /** The overview of many operations. */
  readonly overview: {
    readonly wellReports: (count: number) => string
    readonly heading: string
    readonly operation: string
    readonly reports: string
    readonly oldestData: string
    readonly details: string
  }
  readonly facts: {
    readonly data: string
    readonly none: string
    readonly staleFrom: (moment: string) => string
    readonly records: string
    /** @param served records that are exposed, if they are fewer */
    readonly recordCount: (records: string, served: string | undefined) => string
    readonly nextRefresh: string
    readonly inProgress: string
    readonly interval: (span: string) => string
    readonly lastFailure: string
    readonly noFailure: string
    readonly storageFailures: (count: string) => string
  }
  readonly history: {
    readonly heading: (count: number) => string
    readonly caption: (operation: string, report: string) => string
    readonly empty: string
    readonly start: string
    readonly result: string
    readonly ok: string
    readonly duration: string
    readonly requests: string
    readonly records: string
    readonly rejected: string
    readonly size: string
    readonly status: string
  }
  readonly accounts: {
    readonly heading: string
    readonly account: string
    readonly today: string
    readonly of: (used: string, limit: string) => string
    readonly withoutLimit: (used: string) => string
    readonly dayEnds: string
    readonly usage: (account: string) => string
    readonly others: (count: string) => string
    readonly explanation: string
  }
  readonly endpoints: {
    readonly heading: string
    readonly metrics: string
    readonly healthy: string
    readonly ready: string
  }
  /** Each reason in words. */
  readonly reasons: Readonly<Record<FailureReason, string>>
  /** What to do about each reason. */
  readonly hints: Readonly<Record<FailureReason, string>>
}
