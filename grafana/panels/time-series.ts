import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { GridPos, ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { PanelText } from '../i18n/es.ts'
import { palette } from '../theme/colors.ts'
import { datasource, legendBelow, through } from './parts.ts'
import { steps } from './values.ts'

/** A query of a graph, and how its series look. */
export interface Series {
  readonly ref: string
  readonly expr: string
  readonly legend: string
  /** Without one, Grafana chooses a colour for each series. */
  readonly color?: string
  /** Tells the series apart without its colour: lengths of dashes and gaps, in pixels. */
  readonly dash?: readonly number[]
  readonly width?: number
}

export interface Graph extends PanelText {
  readonly at: GridPos
  readonly unit: string
  readonly series: readonly Series[]
  /** Lines or areas behind the series. */
  readonly thresholds?: { readonly steps: ThresholdsConfigBuilder; readonly style: GraphThresholdsStyleMode }
  readonly min?: number
  readonly softMax?: number
  readonly decimals?: number
  /** The queries read the series of agents, of which there may be thousands. Limits the points to {@link MOMENTS}. */
  readonly perAgent?: boolean
}

/** Maximum number of points: one every two minutes for ten hours. */
export const MOMENTS = 300

/** Lines through the time range. */
export function lines(graph: Graph) {
  const { at, unit, series, thresholds, min, softMax, decimals } = graph
  const panel = new PanelBuilder()
    .title(graph.title)
    .description(graph.description)
    .datasource(datasource)
    .gridPos(at)
    .targets(series.map(({ ref, expr, legend }) => through(ref, expr, legend)))
    // Rules are evaluated once a minute.
    .interval('1m')
    .unit(unit)
    .lineWidth(1)
    .fillOpacity(0)
    // A line with a single point would be invisible.
    .showPoints(VisibilityMode.Auto)
    // The last value identifies a line without its colour, which Grafana has chosen.
    .legend(
      legendBelow(...(series.every(({ color }) => color !== undefined) ? [] : ['lastNotNull' as const])),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .thresholds(thresholds?.steps ?? steps(palette.none))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(thresholds?.style ?? GraphThresholdsStyleMode.Off),
    )
    .overrides(series.map(lookOf))
  if (min !== undefined) panel.min(min)
  if (softMax !== undefined) panel.axisSoftMax(softMax)
  if (decimals !== undefined) panel.decimals(decimals)
  if (graph.perAgent) panel.maxDataPoints(MOMENTS)
  return panel
}

/** Stacked areas. */
export const areas = (graph: Graph) =>
  lines(graph)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .min(0)

/**
 * Bars with the growth of counters in five minutes, the usual refresh interval. The axis ends at four or higher: below that,
 * Grafana shows fractions. The legend shows the sums.
 */
export const growth = (graph: Graph) =>
  areas(graph)
    .drawStyle(GraphDrawStyle.Bars)
    .interval('5m')
    .decimals(0)
    .axisSoftMax(4)
    .legend(legendBelow('sum'))

function lookOf({ ref, color, dash, width }: Series) {
  const properties = [
    color !== undefined && { id: 'color', value: { mode: 'fixed', fixedColor: color } },
    dash !== undefined && { id: 'custom.lineStyle', value: { fill: 'dash', dash } },
    width !== undefined && { id: 'custom.lineWidth', value: width },
  ]
  return {
    matcher: { id: 'byFrameRefID', options: ref },
    properties: properties.filter((property) => property !== false),
  }
}
