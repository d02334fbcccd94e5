import { MAX_RETRIES, type ReportSettings } from '../config/operation.ts'
import { reportNamed, reports } from '../reports/index.ts'

/** What a report of an operation asks of the account's budget. */
export interface ReportDemand {
  /** Name of the report. */
  readonly report: string
  /** The lower number has its turn first and is paused last. */
  readonly priority: number
  readonly refreshIntervalMs: number
  /** Whether its response tells how many calls all programs of the account have made today. */
  readonly measuresAccount: boolean
}

/** The demand of a report. The order of the list of reports is the order of their importance. */
export function demandOf({
  name,
  refreshIntervalMs,
}: Pick<ReportSettings, 'name' | 'refreshIntervalMs'>): ReportDemand {
  const report = reportNamed(name)
  return {
    report: name,
    priority: reports.indexOf(report),
    refreshIntervalMs,
    measuresAccount: report.accountCallsField !== undefined,
  }
}

/**
 * How many calls some reports need for their refreshes in a time, with a small reserve: the retries of one refresh of each.
 *
 * @param forMs milliseconds
 */
export function callsNeeded(demands: readonly ReportDemand[], forMs: number): number {
  return demands.reduce(
    (sum, { refreshIntervalMs }) => sum + Math.ceil(forMs / refreshIntervalMs) + MAX_RETRIES,
    0,
  )
}
