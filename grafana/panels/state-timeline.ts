import {
  TooltipDisplayMode,
  VisibilityMode,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { type Options, PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import type { PanelText } from '../i18n/es.ts'
import { STATUS, WHO } from '../queries/agent-labels.ts'
import { palette } from '../theme/colors.ts'
import { datasource, legendBelow, rowsThrough } from './parts.ts'
import { MOMENTS } from './time-series.ts'

export interface Timeline extends PanelText {
  readonly at: GridPos
  /** Returns series with the labels agent and status. */
  readonly expr: string
  /** Texts and colours of the states. */
  readonly mappings: readonly ValueMapping[]
}

// Grafana's name for the first column of the matrix.
const MOMENT = `Time\\${WHO}`

// A row for every point, also for those without data. Without it, a band would continue through a gap.
const NO_AGENT = '–'
const everyMoment = [WHO, STATUS].reduce(
  (expression, label) => `label_replace(${expression}, "${label}", "${NO_AGENT}", "", "")`,
  'vector(0)',
)

/**
 * A band of states for each agent. The state is a label, so the result is read as rows, which are then turned into one column
 * per agent, sorted by time.
 */
export function timeline({ at, expr, mappings, title, description }: Timeline) {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .gridPos(at)
    .withTarget(rowsThrough('A', `${expr} or ${everyMoment}`))
    .interval('1m')
    .maxDataPoints(MOMENTS)
    .transformations([
      {
        id: 'groupingToMatrix',
        options: { columnField: WHO, rowField: 'Time', valueField: STATUS, emptyValue: 'null' },
      },
      {
        id: 'convertFieldType',
        options: { fields: {}, conversions: [{ targetField: MOMENT, destinationType: 'time' }] },
      },
      { id: 'sortBy', options: { fields: {}, sort: [{ field: MOMENT }] } },
      {
        id: 'organize',
        options: {
          excludeByName: { [NO_AGENT]: true },
          indexByName: {},
          renameByName: {},
          includeByName: {},
        },
      },
    ])
    .unit('string')
    .mappings([...mappings])
    // The mappings override it. With Grafana's default colour mode there is no legend.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(palette.none))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(85)
    .legend(legendBelow())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
  // With pagination, the page buttons take up space even if there is only one page.
  delete (panel.build().options as Partial<Options>).perPage
  return panel
}
