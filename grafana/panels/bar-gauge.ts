import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelText } from '../texts/texts.ts'
import { datasource, now } from './target.ts'

/** A query whose answer is one bar, or one for each series. */
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
  /** What stands there where there is no bar; without it, what stands everywhere. */
  readonly noValue?: string
}

/** Bars beside their names and numbers. */
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
