import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'

/** The Prometheus that is chosen at the top of the dashboard. */
export const datasource: DataSourceRef = { type: 'prometheus', uid: `\${datasource}` }

const query = (refId: string, expr: string) =>
  new DataqueryBuilder().datasource(datasource).refId(refId).expr(expr)

/** A value for each series, of the end of the time range. */
export const now = (refId: string, expr: string, legend = '') =>
  query(refId, expr).instant().legendFormat(legend)

/** Each series through the time range. */
export const through = (refId: string, expr: string, legend = '') =>
  query(refId, expr).range().legendFormat(legend)

/** A row for each series, its labels as columns. */
export const rows = (refId: string, expr: string) => now(refId, expr).format(PromQueryFormat.Table)

/** A row for each series and moment, its labels as columns. */
export const rowsThrough = (refId: string, expr: string) => through(refId, expr).format(PromQueryFormat.Table)
