import {
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'

/** What the colours mean, in a row below the graph. @param calcs numbers beside the names, as Grafana calls them */
export const legendBelow = (...calcs: readonly ('lastNotNull' | 'sum')[]) =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([...calcs])
