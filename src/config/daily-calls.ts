import { DAY_MS, formatDuration } from '../units.ts'
import { accountIdOf, accountLabelOf, CALLS_PER_LICENSE, dailyLimit, MAX_RETRIES } from './account.ts'
import type { Operation, ReportSettings } from './operation.ts'

/** The name of an operation, and the settings that determine its daily calls. */
export type CountedOperation = Pick<Operation, 'licenses' | 'reports'> & { readonly name: string }

/** The calls a day that the reports of an account make, if every call succeeds. */
export interface AccountCalls {
  readonly items: readonly ReportCalls[]
  /** Calls of all items. */
  readonly calls: number
  readonly licenses: number | undefined
  /** Calls a day that wolkvox allows; `undefined` if the licences are not configured. */
  readonly limit: number | undefined
}

/** One report of one operation. */
export interface ReportCalls {
  readonly operation: string
  readonly report: string
  readonly refreshIntervalMs: number
  /** Calls a day. */
  readonly calls: number
}

/** @param operations those of one account */
export function dailyCallsOf(operations: readonly CountedOperation[]): AccountCalls {
  const items = operations.flatMap(({ name, reports }) => reports.map((report) => itemOf(name, report)))
  const licenses = operations.find((operation) => operation.licenses !== undefined)?.licenses
  const calls = items.reduce((sum, item) => sum + item.calls, 0)
  return { items, calls, licenses, limit: dailyLimit({ licenses }) }
}

function itemOf(operation: string, { name, refreshIntervalMs }: ReportSettings): ReportCalls {
  return { operation, report: name, refreshIntervalMs, calls: callsADay(refreshIntervalMs) }
}

/** The calls of a report in the 24 hours after its first one, if every call succeeds. A partial interval also costs a call. */
export function callsADay(refreshIntervalMs: number): number {
  return Math.ceil(DAY_MS / refreshIntervalMs)
}

/**
 * Why the reports of an account make too many calls, and how long their intervals have to be. Retries are not counted.
 *
 * @returns `undefined` if they do not exceed the limit
 */
export function excessProblem({ items, calls, licenses, limit }: AccountCalls): string | undefined {
  if (limit === undefined || calls <= limit) return undefined
  const several = items.some(({ operation }) => operation !== items[0]?.operation)
  const terms = items.map((item) => {
    const name = several ? `${item.operation} ${item.report}` : item.report
    const text = `${name} every ${formatDuration(item.refreshIntervalMs)}`
    return items.length === 1 ? text : `${text} (${formatCount(item.calls)})`
  })
  return (
    `${terms.join(' + ')} = ${formatCount(calls)} calls a day, more than the ${formatCount(limit)} that the licences allow ` +
    `(${licenses} × ${formatCount(CALLS_PER_LICENSE)}); ${adviceFor(items.length, limit)}`
  )
}

/** Which intervals keep this number of reports within the limit. */
function adviceFor(reports: number, limit: number): string {
  // Rounded down to whole refreshes, so that this interval is accepted.
  const refreshes = Math.floor(limit / reports)
  if (refreshes === 0) return 'choose fewer reports'
  const shortest = formatDuration(Math.ceil(DAY_MS / refreshes / 1000) * 1000)
  return reports === 1
    ? `set it to ${shortest} or longer`
    : `set every interval to ${shortest} or longer, or choose fewer reports`
}

/**
 * The daily calls of a whole configuration, as `check-config` prints them: reports by operation, then the sums by account.
 *
 * @param detailsOf further lines about an operation
 */
export function describeDailyCalls(
  operations: readonly Operation[],
  detailsOf: (operation: Operation) => readonly string[] = () => [],
): string[] {
  const accounts = [...Map.groupBy(operations, accountIdOf).values()].flatMap((ofAccount) => {
    const [first] = ofAccount
    if (first === undefined) return []
    const account = dailyCallsOf(ofAccount)
    return [
      `Account ${accountLabelOf(first, operations)}`,
      ...describeSum(account).map((line) => `  ${line}`),
    ]
  })
  return [
    ...operations.flatMap((operation) => describeOperation(operation, detailsOf(operation))),
    ...accounts,
  ]
}

function describeOperation(operation: Operation, details: readonly string[]): string[] {
  const rows = dailyCallsOf([operation]).items.map(({ report, refreshIntervalMs, calls }) => [
    report,
    `every ${formatDuration(refreshIntervalMs)}`,
    formatCount(calls),
  ])
  const [names, intervals, calls] = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map(
    ([name = '', interval = '', number = '']) =>
      `  ${name.padEnd(names ?? 0)}  ${interval.padEnd(intervals ?? 0)}  ${number.padStart(calls ?? 0)} calls a day`,
  )
  return [`Operation ${operation.name}`, ...lines, ...details.map((detail) => `  ${detail}`)]
}

function describeSum({ calls, licenses, limit }: AccountCalls): string[] {
  if (limit === undefined || licenses === undefined) {
    return [
      `${formatCount(calls)} calls a day; the daily limit is unknown: set WOLKVOX_LICENSES, or licenses in a file`,
    ]
  }
  const share = (calls / limit).toLocaleString('en', { style: 'percent', maximumFractionDigits: 1 })
  const left = limit - calls
  const enough =
    left >= calls * MAX_RETRIES
      ? `enough for ${MAX_RETRIES} retries of each refresh`
      : `enough for ${formatCount(left)} retries; if more are needed, the least important reports pause first`
  return [
    `${formatCount(calls)} of ${formatCount(limit)} calls a day (${formatLicenses(licenses)} × ${formatCount(CALLS_PER_LICENSE)}): ${share}`,
    `${formatCount(left)} calls a day are left: ${enough}`,
  ]
}

function formatLicenses(licenses: number): string {
  return licenses === 1 ? '1 licence' : `${formatCount(licenses)} licences`
}

function formatCount(calls: number): string {
  return calls.toLocaleString('en')
}
