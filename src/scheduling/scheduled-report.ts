import { MAX_RETRIES, type ReportSettings } from '../config/operation.ts'
import { reportNamed, reports } from '../reports/index.ts'

/** A report of an operation, as its account schedules the calls. */
export interface ScheduledReport {
  /** Name of the report. */
  readonly name: string
  /** The report with the lower number is called first and paused last. */
  readonly priority: number
  readonly refreshIntervalMs: number
  /** Whether its response contains the number of calls that all programs of the account have made today. */
  readonly measuresAccount: boolean
}

// Larger than the difference of any two priorities of operations, so that the order of the reports decides first.
const REPORT_STEP = 1000

/**
 * How an account schedules a report. The order of the list of reports is the order of their importance. Of the same report, an
 * operation with a higher priority comes first.
 */
export function scheduledReport(
  { name, refreshIntervalMs }: Pick<ReportSettings, 'name' | 'refreshIntervalMs'>,
  operationPriority = 0,
): ScheduledReport {
  const report = reportNamed(name)
  return {
    name,
    priority: reports.indexOf(report) * REPORT_STEP - operationPriority,
    refreshIntervalMs,
    measuresAccount: report.accountCallsField !== undefined,
  }
}

/**
 * How many calls some reports need for their refreshes in a time, with a small reserve: the retries of one refresh of each.
 *
 * @param forMs milliseconds
 */
export function callsNeeded(scheduled: readonly ScheduledReport[], forMs: number): number {
  return scheduled.reduce(
    (sum, { refreshIntervalMs }) => sum + Math.ceil(forMs / refreshIntervalMs) + MAX_RETRIES,
    0,
  )
}
