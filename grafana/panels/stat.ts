import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type {
  GridPos,
  ThresholdsConfigBuilder,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelText } from '../texts/texts.ts'
import { datasource, now } from './target.ts'
import { steps } from './thresholds.ts'

export interface Stat extends PanelText {
  readonly at: GridPos
  readonly expr: string
  readonly unit: string
  readonly decimals?: number
  /** Of the value; without them it is only a number. */
  readonly thresholds?: ThresholdsConfigBuilder
  readonly mappings?: readonly ValueMapping[]
  /** What to call the value, from its labels; without it only the value is shown. */
  readonly name?: string
  /** Thresholds in place of the others if the value is of this operation. The query must have the label `operation`. */
  readonly ofOperations?: Readonly<Record<string, ThresholdsConfigBuilder>>
}

/** One number, as large as it goes. */
export function stat({
  at,
  expr,
  unit,
  decimals,
  thresholds,
  mappings,
  name,
  ofOperations,
  title,
  description,
}: Stat) {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .gridPos(at)
    .withTarget(now('A', expr, name ?? (ofOperations && '{{operation}}')))
    .unit(unit)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .graphMode(BigValueGraphMode.None)
    .textMode(name === undefined ? BigValueTextMode.Value : BigValueTextMode.ValueAndName)
    .colorMode(thresholds || mappings ? BigValueColorMode.BackgroundSolid : BigValueColorMode.None)
    .thresholds(thresholds ?? steps('text'))
    .overrides(
      Object.entries(ofOperations ?? {}).map(([operation, own]) => ({
        matcher: { id: 'byName', options: operation },
        properties: [{ id: 'thresholds', value: own.build() }],
      })),
    )
  if (name !== undefined)
    // Above the value, in pixels: left to Grafana, one of the two is too small to read.
    panel.wideLayout(false).text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(26))
  if (decimals !== undefined) panel.decimals(decimals)
  if (mappings !== undefined) panel.mappings([...mappings])
  return panel
}
