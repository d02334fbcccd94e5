import type { DataFrame, Field } from '@grafana/data'
import type { Panel } from './dashboards.ts'
import { grafana } from './grafana-data.ts'
import type { QuerySeries } from './grafana-requests.ts'

const { FieldType } = grafana

const field = <T>(name: string, type: Field['type'], values: T[]): Field<T> => ({
  name,
  type,
  config: {},
  values,
})

/** Answers of queries in the form of tables as Grafana's Prometheus data source makes them: a frame for each query. */
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

/** What becomes of frames by the transformations of a panel, done by Grafana's own code. */
export function transformed(panel: Panel, frames: DataFrame[]): Promise<DataFrame[]> {
  const steps = (panel.transformations ?? []).map(({ id, options }) => ({ id, options }))
  return new Promise((resolve, reject) => {
    grafana.transformDataFrame(steps, frames).subscribe({ next: resolve, error: reject })
  })
}

/** What a column is called on the screen. */
export const headingOf = (field: Field, frame: DataFrame): string => grafana.getFieldDisplayName(field, frame)

/** Frames with the units, words and colours that the panel gives them, found by Grafana's own code. */
export const configured = (panel: Panel, frames: DataFrame[]): DataFrame[] =>
  grafana.applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig as never,
    replaceVariables: (text) => text,
    theme: grafana.createTheme(),
    timeZone: 'utc',
    fieldConfigRegistry: properties as never,
  })

// What panels can say of a field, each taken as it stands.
const properties = new grafana.Registry(() =>
  ['unit', 'decimals', 'mappings', 'thresholds', 'color', 'links', 'min', 'max', 'noValue'].map((id) => ({
    id,
    path: id,
    name: id,
    process: (value: unknown) => value,
    shouldApply: () => true,
  })),
)

/** Answers of queries in the form of series: a frame for each, its value called by the legend. */
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
