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
import { palette } from '../look/palette.ts'
import { STATUS, WHO } from '../queries/agent-labels.ts'
import type { PanelText } from '../texts/texts.ts'
import { legendBelow } from './legend.ts'
import { datasource, rowsThrough } from './target.ts'
import { MOMENTS } from './time-series.ts'

export interface Timeline extends PanelText {
  readonly at: GridPos
  /** Series with a label for the agent and one for category and state. */
  readonly expr: string
  /** What is shown of the states. */
  readonly mappings: readonly ValueMapping[]
}

// What Grafana calls the rows of the matrix.
const MOMENT = `Time\\${WHO}`

// A row for each moment, also for those at which nothing is known of anybody: without it a band would run on through them.
const NOBODY = '–'
const everyMoment = [WHO, STATUS].reduce(
  (expression, label) => `label_replace(${expression}, "${label}", "${NOBODY}", "", "")`,
  'vector(0)',
)

/**
 * A band of states for each agent. The state is a label, so the answer is read as rows, and those are made into a column for
 * each agent, in the order of time.
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
        options: { excludeByName: { [NOBODY]: true }, indexByName: {}, renameByName: {}, includeByName: {} },
      },
    ])
    .unit('string')
    .mappings([...mappings])
    // The mappings' colours go before it; by the one that Grafana would take instead there is no legend.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(palette.none))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(85)
    .legend(legendBelow())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
  // Pages would take room for their buttons even where there is but one.
  delete (panel.build().options as Partial<Options>).perPage
  return panel
}
