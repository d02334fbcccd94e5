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
import type { PanelText } from '../i18n/es.ts'
import { datasource, now } from './parts.ts'
import { steps } from './values.ts'

export interface Stat extends PanelText {
  readonly at: GridPos
  readonly expr: string
  readonly unit: string
  readonly decimals?: number
  /** Colours of the value. Without them, the panel has no colour. */
  readonly thresholds?: ThresholdsConfigBuilder
  readonly mappings?: readonly ValueMapping[]
  /** Name of the value, from its labels. Without it, the panel shows only the value. */
  readonly name?: string
  /** Thresholds of operations that have their own. The query must return the label `operation`. */
  readonly ofOperations?: Readonly<Record<string, ThresholdsConfigBuilder>>
}

const OPERATION = '{{operation}}'

/** One large number. */
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
    // The overrides find the thresholds of an operation by this name.
    .withTarget(now('A', expr, ofOperations === undefined ? name : OPERATION))
    .unit(unit)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .graphMode(BigValueGraphMode.None)
    .textMode(name === undefined ? BigValueTextMode.Value : BigValueTextMode.ValueAndName)
    .colorMode(thresholds || mappings ? BigValueColorMode.BackgroundSolid : BigValueColorMode.None)
    .thresholds(thresholds ?? steps('text'))
    .overrides([
      ...Object.entries(ofOperations ?? {}).map(([operation, own]) => ({
        matcher: { id: 'byName', options: operation },
        properties: [{ id: 'thresholds', value: own.build() }],
      })),
      // Last, because it changes the name that the others match.
      ...(ofOperations === undefined || name === undefined || name === OPERATION ? [] : [displayName(name)]),
    ])
  if (name !== undefined)
    // In pixels. Grafana's automatic sizes make the name or the value too small to read.
    panel.wideLayout(false).text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(26))
  if (decimals !== undefined) panel.decimals(decimals)
  if (mappings !== undefined) panel.mappings([...mappings])
  return panel
}

/** Shows a name from labels instead of the legend. */
function displayName(legend: string) {
  const value = legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => `\${__field.labels.${label}}`)
  return { matcher: { id: 'byFrameRefID', options: 'A' }, properties: [{ id: 'displayName', value }] }
}
