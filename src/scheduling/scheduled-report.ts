import type { Operation, ReportSettings } from '../config/operation.ts'
import { reportNamed, reports } from '../reports/index.ts'

/** A report of an operation, as its account schedules the calls. */
export interface ScheduledReport {
  /** See {@link reportKey}. */
  readonly key: string
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
  operation: Pick<Operation, 'name' | 'priority'>,
): ScheduledReport {
  const report = reportNamed(name)
  return {
    key: reportKey(operation.name, name),
    name,
    priority: reports.indexOf(report) * REPORT_STEP - operation.priority,
    refreshIntervalMs,
    measuresAccount: report.accountCallsField !== undefined,
  }
}

/** The key of a report of an operation. */
export function reportKey(operation: string, report: string): string {
  return JSON.stringify([operation, report])
}

/**
 * How many refreshes of a report start in a time.
 *
 * @param forMs milliseconds
 * @param dueInMs when the next one is due; negative if it is late. At once if unknown: no other moment makes more refreshes
 */
export function refreshesIn(
  { refreshIntervalMs }: Pick<ScheduledReport, 'refreshIntervalMs'>,
  forMs: number,
  dueInMs = 0,
): number {
  // Of the refreshes that a late report has missed, only the last one comes.
  const first = dueInMs < 0 ? dueInMs % refreshIntervalMs : dueInMs
  return Math.max(0, Math.ceil((forMs - first) / refreshIntervalMs))
}
