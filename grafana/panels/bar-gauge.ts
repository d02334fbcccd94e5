import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelText } from '../i18n/es.ts'
import { datasource, now } from './parts.ts'

/** A query with one bar for each series. */
export interface Bar {
  readonly ref: string
  readonly expr: string
  readonly legend: string
  readonly color: string
}

export interface Bars extends PanelText {
  readonly at: GridPos
  readonly unit: string
  readonly bars: readonly Bar[]
  /** Text if there is no bar, instead of the general one. */
  readonly noValue?: string
}

/** Horizontal bars with names and numbers. */
export function bars({ at, unit, bars, noValue, title, description }: Bars) {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .gridPos(at)
    .targets(bars.map(({ ref, expr, legend }) => now(ref, expr, legend)))
    .unit(unit)
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .namePlacement(BarGaugeNamePlacement.Left)
    .showUnfilled(false)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .overrides(
      bars.map(({ ref, color }) => ({
        matcher: { id: 'byFrameRefID', options: ref },
        properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
      })),
    )
  if (noValue !== undefined) panel.noValue(noValue)
  return panel
}
