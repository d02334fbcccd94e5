import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue, GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { PanelText } from '../texts/texts.ts'
import { datasource, rows } from './target.ts'

/** A column of a table: a label of the series, or the number that a query answers. */
export interface Column {
  /** The label; of a number, the query and its name. */
  readonly from: { readonly label: string } | { readonly ref: string; readonly expr: string }
  readonly heading: string
  /** In pixels. */
  readonly width: number
  readonly properties?: readonly DynamicConfigValue[]
}

export interface Table extends PanelText {
  readonly at: GridPos
  /** In the order in which they stand. */
  readonly columns: readonly Column[]
  /** A query of which only labels are shown, where no column shows a number. */
  readonly rowsOf?: string
  /** Labels that are left out. */
  readonly leftOut?: readonly string[]
  /** Labels that no column shows, but links need. */
  readonly hidden?: readonly string[]
  readonly sortBy: { readonly heading: string; readonly descending: boolean }
  /** What stands there where there is no row; without it, what stands everywhere. */
  readonly noValue?: string
}

/** A table whose rows are put together from one query a number, by the labels that all of them have. */
export function table({
  at,
  columns,
  rowsOf,
  leftOut = [],
  hidden = [],
  sortBy,
  noValue,
  title,
  description,
}: Table) {
  const numbers = columns.flatMap(({ from }) => ('ref' in from ? [from] : []))
  const nameOf = ({ from }: Column) => {
    if ('label' in from) return from.label
    return numbers.length > 1 ? `Value #${from.ref}` : 'Value'
  }
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .gridPos(at)
    .targets([
      ...numbers.map(({ ref, expr }) => rows(ref, expr)),
      ...(rowsOf === undefined ? [] : [rows('rows', rowsOf)]),
    ])
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: Object.fromEntries(
            ['Time', ...leftOut, ...(rowsOf === undefined ? [] : ['Value'])].map((name) => [name, true]),
          ),
          indexByName: Object.fromEntries(columns.map((column, index) => [nameOf(column), index])),
          renameByName: Object.fromEntries(columns.map((column) => [nameOf(column), column.heading])),
          includeByName: {},
        },
      },
    ])
    .cellHeight(TableCellHeight.Sm)
    // Where there are words to choose from.
    .filterable(true)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy.heading).desc(sortBy.descending)])
    .overrides([
      ...columns.map(({ from, heading, width, properties = [] }) => ({
        matcher: { id: 'byName', options: heading },
        properties: [
          { id: 'custom.width', value: width },
          ...('ref' in from ? [{ id: 'custom.filterable', value: false }] : []),
          ...properties,
        ],
      })),
      ...hidden.map((label) => ({
        matcher: { id: 'byName', options: label },
        // As Grafana 11 has it, and as later ones do.
        properties: [
          { id: 'custom.hidden', value: true },
          { id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: false } },
        ],
      })),
    ])
  if (rowsOf !== undefined) panel.unit('none')
  if (noValue !== undefined) panel.noValue(noValue)
  return panel
}
