import {
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { DataSourceRef, GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'

/** Position and size of a panel, in columns (24 of them) and rows (38 pixels, gap included). */
export const box = (x: number, y: number, w: number, h: number): GridPos => ({ x, y, w, h })

/** The Prometheus chosen at the top of the dashboard. */
export const datasource: DataSourceRef = { type: 'prometheus', uid: `\${datasource}` }

const query = (refId: string, expr: string) =>
  new DataqueryBuilder().datasource(datasource).refId(refId).expr(expr)

/** One value per series, at the end of the time range. */
export const now = (refId: string, expr: string, legend = '') =>
  query(refId, expr).instant().legendFormat(legend)

/** Each series through the time range. */
export const through = (refId: string, expr: string, legend = '') =>
  query(refId, expr).range().legendFormat(legend)

/** One row per series, with its labels as columns. */
export const rows = (refId: string, expr: string) => now(refId, expr).format(PromQueryFormat.Table)

/** One row per series and point, with the labels as columns. */
export const rowsThrough = (refId: string, expr: string) => through(refId, expr).format(PromQueryFormat.Table)

/** A legend in a row below the graph. @param calcs values beside the names, by Grafana's names for them */
export const legendBelow = (...calcs: readonly ('lastNotNull' | 'sum')[]) =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([...calcs])
