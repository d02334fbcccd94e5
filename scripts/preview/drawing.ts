import type { DataFrame, Field } from '@grafana/data'
import { htmlEscape } from 'escape-goat'
import type { Panel } from '../../grafana/tools/dashboard-files.ts'
import {
  configured,
  grafana,
  seriesFrames,
  tableFrames,
  transformed,
} from '../../grafana/tools/grafana-data.ts'
import type { QuerySeries } from '../../grafana/tools/grafana-requests.ts'

/** A panel with the results of its queries. */
export interface Filled {
  readonly panel: Panel
  readonly results: ReadonlyMap<string, readonly QuerySeries[]>
}

/** Inner size of a panel, in pixels. */
export interface Room {
  readonly width: number
  readonly height: number
}

/** Draws the content of a panel. @returns HTML */
export type Draw = (filled: Filled, room: Room) => string | Promise<string>

export const html = (text: string): string => htmlEscape(text)

/** Text and colour of a value. */
export function shown(field: Field, value: unknown): { readonly text: string; readonly color: string } {
  const display = field.display?.(value)
  return {
    text: display === undefined ? '' : grafana.formattedValueToString(display),
    color: display?.color ?? '',
  }
}

/** The results as series, with the options of the panel. */
export const framesOf = ({ panel, results }: Filled): DataFrame[] =>
  configured(
    panel,
    panel.targets.flatMap(({ refId, legendFormat }) =>
      seriesFrames(refId, legendFormat, results.get(refId) ?? []),
    ),
  )

/** The results as a table, after the panel's transformations; `undefined` without data. */
export async function tableOf({ panel, results }: Filled): Promise<DataFrame | undefined> {
  const made = await transformed(panel, tableFrames(results))
  return configured(panel, made)[0]
}

/** The text of a panel without data. */
export const nothing = ({ panel }: Filled): string =>
  `<div class="nothing">${html(panel.fieldConfig.defaults.noValue ?? '')}</div>`

/** The override of an option for the series of a query. */
export function overrideOf(panel: Panel, refId: string, id: string): unknown {
  const own = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === refId)
  return own?.properties.find((property) => property.id === id)?.value
}

/** Grafana's palette, for series without a colour. */
const PALETTE = ['#73BF69', '#F2CC0C', '#8AB8FF', '#FF780A', '#F2495C', '#5794F2', '#B877D9', '#37872D']

export const colorOf = (panel: Panel, refId: string, index: number): string => {
  const color = overrideOf(panel, refId, 'color') as { readonly fixedColor: string } | undefined
  return color?.fixedColor ?? PALETTE[index % PALETTE.length] ?? ''
}

/** Black or white, whichever is readable on the colour. */
export function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\da-f]{2}/gi) ?? []).map((part) =>
    Number.parseInt(part, 16),
  )
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? '#111217' : '#ffffff'
}

// Sizes in a legend, in pixels: a row, its margin, a letter, and a key with its gap.
const ROW = 18
const MARGIN = 4
const LETTER = 7
const KEY = 40

/** An entry of a legend. */
export interface Key {
  readonly name: string
  readonly color: string
  /** Lengths of dashes and gaps, in SVG's format. */
  readonly dash?: string
}

/** A legend with as many rows as it needs. @param width and height available, in pixels @returns its height in pixels */
export function drawLegend(
  keys: readonly Key[],
  width: number,
  height = Number.POSITIVE_INFINITY,
): { readonly html: string; readonly height: number } {
  let rows = 1
  let used = 0
  for (const { name } of keys) {
    const needed = KEY + name.length * LETTER
    if (used > 0 && used + needed > width) {
      rows += 1
      used = 0
    }
    used += needed
  }
  const spans = keys.map(
    ({ name, color, dash = '' }) =>
      `<span><svg width="18" height="8"><path d="M0 4H18" stroke="${color}" stroke-width="3" stroke-dasharray="${dash}"/></svg> ${html(name)}</span>`,
  )
  const shown = Math.max(1, Math.min(rows, Math.floor(height / ROW))) * ROW
  return {
    html: `<div class="legend" style="max-height:${shown}px">${spans.join('')}</div>`,
    height: shown + MARGIN,
  }
}
