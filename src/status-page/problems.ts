import type { AccountStatus, OperationStatus, RefreshRecord, ReportStatus, Status } from './status.ts'

/** Something that is wrong, or may soon be. */
export type Problem = { readonly severity: Severity } & (
  | { readonly kind: 'report'; readonly operation: OperationStatus; readonly report: ReportStatus }
  | { readonly kind: 'reload'; readonly failingSince: number }
  | { readonly kind: 'paused' | 'nearly used up'; readonly account: AccountStatus }
  | { readonly kind: 'record limit'; readonly operation: OperationStatus; readonly report: ReportStatus }
  | {
      readonly kind: 'rejected'
      readonly operation: OperationStatus
      readonly report: ReportStatus
      readonly refresh: RefreshRecord
    }
)

/** `error`: data is missing. `warning`: data is old or may soon be missing. `note`: a part of the data is missing. */
export type Severity = 'error' | 'warning' | 'note'

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** The share of the daily limit above which the rest may not last. */
export const NEARLY_USED_UP = 0.9

/** All problems, worst first. Those of one severity keep the order of the configuration. */
export function problemsOf({ accounts, operations, reloadFailingSince }: Status): readonly Problem[] {
  const problems = [
    ...reloadProblems(reloadFailingSince),
    ...accounts.flatMap(accountProblems),
    ...operations.flatMap((operation) =>
      operation.reports.flatMap((report) => reportProblems(operation, report)),
    ),
  ]
  return ORDER.flatMap((severity) => problems.filter((problem) => problem.severity === severity))
}

function reloadProblems(failingSince: number | undefined): Problem[] {
  return failingSince === undefined ? [] : [{ severity: 'warning', kind: 'reload', failingSince }]
}

function accountProblems(account: AccountStatus): Problem[] {
  const { pausedUntil, dailyLimit, usedToday } = account
  if (pausedUntil !== undefined) return [{ severity: 'error', kind: 'paused', account }]
  if (dailyLimit === undefined || usedToday < dailyLimit * NEARLY_USED_UP) return []
  return [{ severity: 'warning', kind: 'nearly used up', account }]
}

function reportProblems(operation: OperationStatus, report: ReportStatus): Problem[] {
  const { condition, history, recordLimitReached } = report
  const problems: Problem[] = []
  if (condition === 'stale' || condition === 'missing') {
    problems.push({ severity: 'error', kind: 'report', operation, report })
  }
  if (condition === 'failing') problems.push({ severity: 'warning', kind: 'report', operation, report })
  if (recordLimitReached) problems.push({ severity: 'warning', kind: 'record limit', operation, report })
  const [refresh] = history
  if (refresh !== undefined && refresh.rejectedRecords + refresh.rejectedValues > 0) {
    problems.push({ severity: 'note', kind: 'rejected', operation, report, refresh })
  }
  return problems
}
