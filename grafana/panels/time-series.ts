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
import { palette } from '../look/palette.ts'
import type { PanelText } from '../texts/texts.ts'
import { legendBelow } from './legend.ts'
import { datasource, through } from './target.ts'
import { steps } from './thresholds.ts'

/** A query of a graph, and how what it answers is drawn. */
export interface Series {
  readonly ref: string
  readonly expr: string
  readonly legend: string
  /** Without one, Grafana gives each series its own. */
  readonly color?: string
  /** Tells it from the others without its colour: lengths of dashes and gaps, in pixels. */
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
  /** The queries read the series of agents, maybe thousands: at most {@link MOMENTS} points are asked for. */
  readonly perAgent?: boolean
}

/** Points asked for at most: one every two minutes over ten hours. */
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
    // The rules are evaluated once a minute: closer than that there is nothing new.
    .interval('1m')
    .unit(unit)
    .lineWidth(1)
    .fillOpacity(0)
    // Where there is but one moment yet, a line would show nothing.
    .showPoints(VisibilityMode.Auto)
    // The number where a line ends tells which it is to whoever cannot by a colour that Grafana has chosen.
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

/** Areas that stand on one another. */
export const areas = (graph: Graph) =>
  lines(graph)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .min(0)

/**
 * Bars of what counters have grown by, one for every five minutes, the usual refresh interval. The axis goes to four at least, or
 * it would have halves. The legend has their sum.
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
