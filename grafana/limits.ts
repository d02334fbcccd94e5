/**
 * The limits of the alerts that colours and titles depend on. Grafana takes no threshold from a query, so they are written into
 * the dashboards. Shares, where 1 is all.
 */
export interface Limits {
  readonly occupancyLow: number
  readonly occupancyHigh: number
  readonly auxShare: number
  readonly quota: number
}
