import type { DataFrame, Field } from '@grafana/data'
import { htmlEscape } from 'escape-goat'
import type { Panel } from '../../test/dashboards/grafana/dashboards.ts'
import { configured, seriesFrames, tableFrames, transformed } from '../../test/dashboards/grafana/frames.ts'
import { grafana } from '../../test/dashboards/grafana/grafana-data.ts'
import type { QuerySeries } from '../../test/dashboards/grafana/grafana-requests.ts'

/** A panel with what Prometheus has answered it. */
export interface Filled {
  readonly panel: Panel
  readonly answers: ReadonlyMap<string, readonly QuerySeries[]>
}

/** Inside of a panel, in pixels. */
export interface Room {
  readonly width: number
  readonly height: number
}

/** Draws the inside of a panel. @returns HTML */
export type Draw = (filled: Filled, room: Room) => string | Promise<string>

export const html = (text: string): string => htmlEscape(text)

/** What is written where a value of the field stands, and in which colour. */
export function shown(field: Field, value: unknown): { readonly text: string; readonly color: string } {
  const display = field.display?.(value)
  return {
    text: display === undefined ? '' : grafana.formattedValueToString(display),
    color: display?.color ?? '',
  }
}

/** The answers as frames with what the panel says of them. */
export const framesOf = ({ panel, answers }: Filled): DataFrame[] =>
  configured(
    panel,
    panel.targets.flatMap(({ refId, legendFormat }) =>
      seriesFrames(refId, legendFormat, answers.get(refId) ?? []),
    ),
  )

/** The answers as the table that the panel's transformations make of them; none where there is nothing. */
export async function tableOf({ panel, answers }: Filled): Promise<DataFrame | undefined> {
  const made = await transformed(panel, tableFrames(answers))
  return configured(panel, made)[0]
}

/** What stands in a panel without an answer. */
export const nothing = ({ panel }: Filled): string =>
  `<div class="nothing">${html(panel.fieldConfig.defaults.noValue ?? '')}</div>`

/** What a panel says of the series of a query. */
export function overrideOf(panel: Panel, refId: string, id: string): unknown {
  const own = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === refId)
  return own?.properties.find((property) => property.id === id)?.value
}

/** Grafana's own order of colours, for series without one. */
const PALETTE = ['#73BF69', '#F2CC0C', '#8AB8FF', '#FF780A', '#F2495C', '#5794F2', '#B877D9', '#37872D']

export const colorOf = (panel: Panel, refId: string, index: number): string => {
  const color = overrideOf(panel, refId, 'color') as { readonly fixedColor: string } | undefined
  return color?.fixedColor ?? PALETTE[index % PALETTE.length] ?? ''
}

/** Black or white, whichever can be read on the colour. */
export function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\da-f]{2}/gi) ?? []).map((part) =>
    Number.parseInt(part, 16),
  )
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? '#111217' : '#ffffff'
}
