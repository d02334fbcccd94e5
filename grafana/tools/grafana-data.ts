import { createRequire } from 'node:module'
import type * as GrafanaData from '@grafana/data'
import type { DataFrame, Field } from '@grafana/data'
import type { Panel } from './dashboard-files.ts'
import type { QuerySeries } from './grafana-requests.ts'

// @grafana/data reads optional settings from the browser's window when it is loaded.
Object.assign(globalThis, { window: globalThis })

/** Grafana's own code, in the oldest version that the dashboards support. */
export const grafana = createRequire(import.meta.url)('@grafana/data') as typeof GrafanaData

// Some are exported under two names.
const transformers = new Map(Object.values(grafana.standardTransformers).map((one) => [one.id, one]))

grafana.standardTransformersRegistry.setInit(() =>
  [...transformers.values()].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation,
    editor: () => null,
  })),
)

const { FieldType } = grafana

const field = <T>(name: string, type: Field['type'], values: T[]): Field<T> => ({
  name,
  type,
  config: {},
  values,
})

/** Query results as tables, one frame per query, as Grafana's Prometheus data source makes them. */
export function tableFrames(answers: ReadonlyMap<string, readonly QuerySeries[]>): DataFrame[] {
  const filled = [...answers].filter(([, series]) => series.length > 0)
  return filled.map(([refId, series]) => {
    const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels).sort()))]
    const rows = series.flatMap(({ labels, times, values }) =>
      times.map((time, index) => ({ labels, time: time * 1000, value: values[index] ?? Number.NaN })),
    )
    return {
      refId,
      length: rows.length,
      fields: [
        field(
          'Time',
          FieldType.time,
          rows.map(({ time }) => time),
        ),
        ...names.map((name) =>
          field(
            name,
            FieldType.string,
            rows.map(({ labels }) => labels[name] ?? ''),
          ),
        ),
        field(
          filled.length > 1 ? `Value #${refId}` : 'Value',
          FieldType.number,
          rows.map(({ value }) => value),
        ),
      ],
    }
  })
}

/** Applies the transformations of a panel. */
export function transformed(panel: Panel, frames: DataFrame[]): Promise<DataFrame[]> {
  const steps = (panel.transformations ?? []).map(({ id, options }) => ({ id, options }))
  return new Promise((resolve, reject) => {
    grafana.transformDataFrame(steps, frames).subscribe({ next: resolve, error: reject })
  })
}

/** The visible heading of a column. */
export const headingOf = (field: Field, frame: DataFrame): string => grafana.getFieldDisplayName(field, frame)

/** Applies the units, mappings and colours of a panel to frames. */
export const configured = (panel: Panel, frames: DataFrame[]): DataFrame[] =>
  grafana.applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig as never,
    replaceVariables: (text) => text,
    theme: grafana.createTheme(),
    timeZone: 'utc',
    fieldConfigRegistry: properties as never,
  })

// The options of fields that the panels use, without processing.
const properties = new grafana.Registry(() =>
  [
    'displayName',
    'unit',
    'decimals',
    'mappings',
    'thresholds',
    'color',
    'links',
    'min',
    'max',
    'noValue',
  ].map((id) => ({
    id,
    path: id,
    name: id,
    process: (value: unknown) => value,
    shouldApply: () => true,
  })),
)

/** The visible name of a series. */
export function displayNameOf({ config, labels }: Field): string {
  const name = config.displayName ?? config.displayNameFromDS ?? ''
  return name.replace(/\$\{__field\.labels\.(\w+)\}/g, (_, label: string) => labels?.[label] ?? '')
}

/** Query results as series: one frame per series, named by the legend. */
export const seriesFrames = (refId: string, legend: string, series: readonly QuerySeries[]): DataFrame[] =>
  series.map(({ labels, times, values }) => {
    const name = legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
    const numbers = {
      ...field('Value', FieldType.number, [...values]),
      labels,
      config: { displayNameFromDS: name },
    }
    return {
      refId,
      length: values.length,
      fields: [
        field(
          'Time',
          FieldType.time,
          times.map((time) => time * 1000),
        ),
        numbers,
      ],
    }
  })

const OF_A_FIELD = /\$\{__data\.fields\.(\w+):percentencode\}/g

/** The links of a row of a table, with its fields filled in; other variables stay. */
export function linksOf(panel: Panel, frame: DataFrame, rowIndex: number): readonly string[] {
  const links = panel.fieldConfig.overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as { readonly url: string }[]),
  )
  const fields = grafana.getFieldDisplayValuesProxy({ frame, rowIndex }) as Record<string, unknown>
  return links.map(({ url }) =>
    url.replace(OF_A_FIELD, (_, name: string) => encodeURIComponent(String(fields[name]))),
  )
}
