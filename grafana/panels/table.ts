import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue, GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import type { PanelText } from '../i18n/es.ts'
import { datasource, rows } from './parts.ts'

/** A column of a table: a label of the series, or the value of a query. */
export interface Column {
  /** A label, or a query and its name. */
  readonly from: { readonly label: string } | { readonly ref: string; readonly expr: string }
  readonly heading: string
  /** In pixels. */
  readonly width: number
  readonly properties?: readonly DynamicConfigValue[]
}

export interface Table extends PanelText {
  readonly at: GridPos
  /** From left to right. */
  readonly columns: readonly Column[]
  /** The query for the rows, in their order. Needed if no column shows a value. */
  readonly rowsOf?: string
  /** Labels that are removed. */
  readonly leftOut?: readonly string[]
  /** Labels that links need but no column shows. */
  readonly hidden?: readonly string[]
  /** Without it, the rows keep the order of the query. */
  readonly sortBy?: { readonly heading: string; readonly descending: boolean }
  /** Text if there is no row, instead of the general one. */
  readonly noValue?: string
}

/** A table with one query per column of numbers. Rows are joined by the labels that all queries return. */
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
  // Merged rows keep the order of the first query.
  const targets = [
    ...(rowsOf === undefined ? [] : [rows('rows', rowsOf)]),
    ...numbers.map(({ ref, expr }) => rows(ref, expr)),
  ]
  const nameOf = ({ from }: Column) => {
    if ('label' in from) return from.label
    return targets.length > 1 ? `Value #${from.ref}` : 'Value'
  }
  const order = targets.length > 1 ? 'Value #rows' : 'Value'
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .gridPos(at)
    .targets(targets)
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: Object.fromEntries(
            ['Time', ...leftOut, ...(rowsOf === undefined ? [] : [order])].map((name) => [name, true]),
          ),
          indexByName: Object.fromEntries(columns.map((column, index) => [nameOf(column), index])),
          renameByName: Object.fromEntries(columns.map((column) => [nameOf(column), column.heading])),
          includeByName: {},
        },
      },
    ])
    .cellHeight(TableCellHeight.Sm)
    // Columns of numbers switch the filter off below.
    .filterable(true)
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
        // The first is for Grafana 11, the second for later versions.
        properties: [
          { id: 'custom.hidden', value: true },
          { id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: false } },
        ],
      })),
    ])
  if (sortBy !== undefined)
    panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy.heading).desc(sortBy.descending)])
  if (rowsOf !== undefined) panel.unit('none')
  if (noValue !== undefined) panel.noValue(noValue)
  return panel
}
