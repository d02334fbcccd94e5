/**
 * The limits of the alerts that colours and titles depend on. Grafana takes no threshold from a query, so they are written into
 * the dashboards. Ratios, where 1 is all.
 */
export interface Limits {
  readonly occupancyLow: number
  readonly occupancyHigh: number
  readonly auxShare: number
  readonly quota: number
  /** Whether an alert fires when no agent is ready. */
  readonly nobodyReadyAlert: boolean
}

/** The general limits, and those of each operation that has its own. */
export interface AllLimits extends Limits {
  readonly ofOperations: Readonly<Record<string, Limits>>
}
