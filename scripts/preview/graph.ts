import type { Field } from '@grafana/data'
import type { Panel } from '../../grafana/tools/dashboard-files.ts'
import { grafana } from '../../grafana/tools/grafana-data.ts'
import {
  colorOf,
  type Draw,
  drawLegend,
  framesOf,
  html,
  nothing,
  overrideOf,
  type Room,
  shown,
} from './drawing.ts'

const AXIS = { left: 60, bottom: 18, top: 6, right: 8 }
const HOUR_MS = 3_600_000

/** The share of the height that Grafana gives to a legend. With more rows, the legend scrolls. */
const LEGEND_SHARE = 0.35

/** America/Bogota, UTC−5: the simulated operations' time zone. */
const OFFSET_MS = -5 * HOUR_MS

interface Line {
  readonly name: string
  readonly color: string
  readonly dash: string
  readonly width: number
  readonly points: readonly (readonly [time: number, value: number])[]
}

/** Lines, stacked areas or stacked bars, with axes and legend. */
export const drawGraph: Draw = (filled, room) => {
  const { panel } = filled
  const frames = framesOf(filled).filter(({ length }) => length > 0)
  if (frames.length === 0) return nothing(filled)
  const lines = frames.map(({ refId = '', fields: [time, value] }, index): Line => {
    const dash = overrideOf(panel, refId, 'custom.lineStyle') as
      | { readonly dash: readonly number[] }
      | undefined
    return {
      name: `${value?.config.displayNameFromDS}${value === undefined ? '' : numbersOf(panel, value)}`,
      color: colorOf(panel, refId, index),
      dash: dash?.dash.join(' ') ?? '',
      width: Number(overrideOf(panel, refId, 'custom.lineWidth') ?? 1),
      points: (time?.values ?? []).map((at, row) => [Number(at), Number(value?.values[row])]),
    }
  })
  const custom = panel.fieldConfig.defaults.custom ?? {}
  const stacked = 'stacking' in custom
  const drawn = stacked ? stack(lines) : lines
  const all = drawn.flatMap(({ points }) => points)
  const low = panel.fieldConfig.defaults.min ?? Math.min(...all.map(([, value]) => value))
  const high = Math.max(
    ...all.map(([, value]) => value),
    Number(custom.axisSoftMax ?? Number.NEGATIVE_INFINITY),
  )
  const [from, to] = [Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at))]
  const ticks = roundTicks(low, high, panel)
  const [bottom = low, top = high] = [ticks[0], ticks.at(-1)]
  const legend = drawLegend(lines, room.width, room.height * LEGEND_SHARE)
  const inner = {
    width: room.width - AXIS.left - AXIS.right,
    height: room.height - legend.height - AXIS.bottom - AXIS.top,
  }
  const x = (at: number) => AXIS.left + ((at - from) / (to - from)) * inner.width
  const y = (value: number) => AXIS.top + inner.height - ((value - bottom) / (top - bottom)) * inner.height
  const field = frames[0]?.fields[1]
  const shapes = [
    ...thresholds(filled.panel, room, y, [bottom, top]),
    ...ticks.map(
      (tick) =>
        `<path class="grid" d="M${AXIS.left} ${y(tick)}H${room.width - AXIS.right}"/><text x="${AXIS.left - 6}" y="${y(tick) + 4}" text-anchor="end">${html(field === undefined ? '' : shown(field, tick).text)}</text>`,
    ),
    ...hours(from, to).map(
      (at) =>
        `<text x="${x(at)}" y="${AXIS.top + inner.height + 14}" text-anchor="middle">${new Date(at + OFFSET_MS).toISOString().slice(11, 16)}</text>`,
    ),
    ...(custom.drawStyle === 'bars'
      ? bars(lines, x, y)
      : drawn.toReversed().map((line) => path(line, x, y, stacked ? y(bottom) : undefined))),
  ]
  return `<svg width="${room.width}" height="${room.height - legend.height}">${shapes.join('')}</svg>${legend.html}`
}

/** Values next to a name in the legend, computed and named by Grafana's code. */
function numbersOf(panel: Panel, field: Field): string {
  const { calcs } = panel.options.legend as { readonly calcs: string[] }
  const values = grafana.reduceField({ field, reducers: calcs })
  const named = grafana.fieldReducers.list(calcs)
  return named.map(({ id, name }) => ` ${name}: ${shown(field, values[id]).text}`).join('')
}

/** Each line on top of those before it. */
function stack(lines: readonly Line[]): readonly Line[] {
  const sums = new Map<number, number>()
  return lines.map((line) => ({
    ...line,
    points: line.points.map(([at, value]) => {
      const sum = (sums.get(at) ?? 0) + value
      sums.set(at, sum)
      return [at, sum] as const
    }),
  }))
}

/** The line breaks at missing points, as in Grafana. @param floor where the filled area ends */
function path({ points, color, dash, width }: Line, x: Scale, y: Scale, floor?: number): string {
  const step = Math.min(...points.map(([at], index) => at - (points[index - 1]?.[0] ?? 0)))
  const pieces: (readonly [number, number])[][] = []
  for (const [index, point] of points.entries()) {
    const before = points[index - 1]
    if (before === undefined || point[0] - before[0] > step) pieces.push([])
    pieces.at(-1)?.push(point)
  }
  return pieces
    .map((piece) => {
      const line = piece.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('L')
      const [first, last] = [piece[0]?.[0] ?? 0, piece.at(-1)?.[0] ?? 0]
      if (floor !== undefined)
        return `<path d="M${line}L${x(last)} ${floor}L${x(first)} ${floor}Z" fill="${color}"/>`
      return `<path d="M${line}" fill="none" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash}"/>`
    })
    .join('')
}

function bars(lines: readonly Line[], x: Scale, y: Scale): string[] {
  const times = lines[0]?.points.map(([at]) => at) ?? []
  const width = (x(times[1] ?? 0) - x(times[0] ?? 0)) * 0.8
  const sums = new Map<number, number>()
  return lines.flatMap(({ points, color }) =>
    points.map(([at, value]) => {
      const below = sums.get(at) ?? 0
      sums.set(at, below + value)
      const [top, bottom] = [y(below + value), y(below)]
      return `<rect x="${x(at) - width / 2}" y="${top}" width="${width}" height="${bottom - top}" fill="${color}"/>`
    }),
  )
}

type Scale = (value: number) => number

/** Lines and bands behind the graph, if the panel has any. */
function thresholds(
  { fieldConfig: { defaults } }: Panel,
  { width }: Room,
  y: Scale,
  [bottom, top]: readonly [number, number],
): string[] {
  const { mode } = (defaults.custom?.thresholdsStyle ?? { mode: 'off' }) as { readonly mode: string }
  const steps = defaults.thresholds?.steps ?? []
  if (mode === 'off') return []
  return steps.flatMap(({ value, color }, index) => {
    if (value === null || value > top) return []
    const next = Math.min(steps[index + 1]?.value ?? top, top)
    const area = mode.includes('area') && color !== 'transparent'
    const band = `<rect x="${AXIS.left}" y="${y(next)}" width="${width - AXIS.left - AXIS.right}" height="${y(Math.max(value, bottom)) - y(next)}" fill="${color}" opacity="0.14"/>`
    const line = `<path d="M${AXIS.left} ${y(value)}H${width - AXIS.right}" stroke="${color}" stroke-dasharray="8 6"/>`
    return [...(area ? [band] : []), ...(color === 'transparent' ? [] : [line])]
  })
}

/** Four or five round numbers for a value axis: multiples of 1024 for bytes, whole numbers for counts. */
function roundTicks(low: number, high: number, { fieldConfig: { defaults } }: Panel): number[] {
  const base = defaults.unit === 'bytes' ? 1024 : 10
  const rough = (high - low || 1) / 4
  const power = base ** Math.floor(Math.log(rough) / Math.log(base))
  const isCount = defaults.unit === 'none' && defaults.decimals === 0
  const decimal = isCount && power === 1 ? [1, 2, 5] : [1, 2, 2.5, 5]
  const factors = base === 10 ? decimal : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
  const step = (factors.find((factor) => factor * power >= rough) ?? base) * power
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** Every second hour for a time axis, except near its ends, where the text would be cut off. */
function hours(from: number, to: number): number[] {
  const first = Math.ceil(from / (2 * HOUR_MS)) * 2 * HOUR_MS
  const count = Math.floor((to - first) / (2 * HOUR_MS)) + 1
  return Array.from({ length: count }, (_, index) => first + index * 2 * HOUR_MS).filter(
    (at) => at - from > HOUR_MS / 2 && to - at > HOUR_MS / 2,
  )
}
