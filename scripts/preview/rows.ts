import type { DataFrame, Field } from '@grafana/data'
import { configured, headingOf, tableFrames, transformed } from '../../test/grafana/frames.ts'
import { type Draw, type Filled, html, inkOn, shown } from './drawing.ts'

async function tableOf({ panel, answers }: Filled): Promise<DataFrame | undefined> {
  const made = await transformed(panel, tableFrames(answers))
  return configured(panel, made)[0]
}

const nothing = ({ panel }: Filled) =>
  `<div class="nothing">${html(panel.fieldConfig.defaults.noValue ?? '')}</div>`

// As high as the small rows of Grafana.
const ROW_HEIGHT = 36

/** A table, sorted as the panel says. */
export const drawTable: Draw = async (filled, room) => {
  const { panel } = filled
  const frame = await tableOf(filled)
  if (frame === undefined) return nothing(filled)
  const [sort] = panel.options.sortBy as readonly { readonly displayName: string; readonly desc: boolean }[]
  const by = frame.fields.find((field) => headingOf(field, frame) === sort?.displayName)
  const sign = sort?.desc ? -1 : 1
  const order = Array.from({ length: frame.length }, (_, row) => row).sort((one, other) => {
    const [first, second] = [by?.values[one], by?.values[other]]
    return first < second ? -sign : first > second ? sign : 0
  })
  const property = (field: Field, id: string) =>
    panel.fieldConfig.overrides
      .find(({ matcher }) => matcher.options === headingOf(field, frame))
      ?.properties.find((one) => one.id === id)?.value
  const head = frame.fields.map(
    (field) => `<th style="width:${property(field, 'custom.width')}px">${html(headingOf(field, frame))}</th>`,
  )
  const rows = order.slice(0, Math.floor(room.height / ROW_HEIGHT) - 1).map((row) => {
    const cells = frame.fields.map((field) => {
      const value = field.values[row] as unknown
      const { text, color } = value === undefined ? { text: '', color: '' } : shown(field, value)
      const filledCell = property(field, 'custom.cellOptions') !== undefined && color.startsWith('#')
      const link = property(field, 'links') !== undefined
      const style = filledCell ? `background:${color};color:${inkOn(color)}` : ''
      return `<td class="${field.type}" style="${style}">${link ? `<u>${html(text)}</u>` : html(text)}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<table><tr>${head.join('')}</tr>${rows.join('')}</table>`
}

const NAMES = 210

/** A band of states for each agent. */
export const drawTimeline: Draw = async (filled, room) => {
  const frame = await tableOf(filled)
  const [moments, ...bands] = frame?.fields ?? []
  if (moments === undefined) return nothing(filled)
  const times = moments.values as number[]
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0]
  const height = (room.height - 24) / bands.length
  const x = (at: number) => NAMES + ((at - from) / (to - from)) * (room.width - NAMES)
  const legend = new Map<string, string>()
  const shapes = bands.flatMap((band, index) => {
    const y = index * height
    const name = `<text x="${NAMES - 8}" y="${y + height / 2 + 4}" text-anchor="end">${html(band.name)}</text>`
    const spells = spellsOf(times, band.values).map(({ start, end, value }) => {
      const { text, color } = shown(band, value)
      legend.set(text, color)
      const width = x(end) - x(start)
      const words = width > text.length * 7 && height > 13
      return `<rect x="${x(start)}" y="${y + 1}" width="${width}" height="${height - 2}" fill="${color}"/>${
        words
          ? `<text x="${x(start) + 4}" y="${y + height / 2 + 4}" style="fill:${inkOn(color)}">${html(text)}</text>`
          : ''
      }`
    })
    return [name, ...spells]
  })
  const keys = [...legend].map(
    ([text, color]) => `<span><i style="background:${color}"></i> ${html(text)}</span>`,
  )
  return `<svg width="${room.width}" height="${room.height - 24}">${shapes.join('')}</svg><div class="legend">${keys.join('')}</div>`
}

function spellsOf(times: readonly number[], values: readonly unknown[]) {
  const spells: { start: number; end: number; readonly value: unknown }[] = []
  for (const [index, start] of times.entries()) {
    const end = times[index + 1] ?? start
    const value = values[index]
    const last = spells.at(-1)
    if (last !== undefined && last.value === value && last.end === start) last.end = end
    else if (value !== null && value !== undefined) spells.push({ start, end, value })
  }
  return spells
}
