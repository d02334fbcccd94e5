import type { Field } from '@grafana/data'
import { displayNameOf, headingOf } from '../../grafana/tools/grafana-data.ts'
import { colorOf, type Draw, framesOf, html, inkOn, nothing, shown, tableOf } from './drawing.ts'

/** One number on a coloured background. */
export const drawStat: Draw = (filled, { width, height }) => {
  const field = framesOf(filled)[0]?.fields[1]
  const { noValue = '', thresholds } = filled.panel.fieldConfig.defaults
  // Without data, Grafana uses the colour below all thresholds.
  const { text, color } =
    field === undefined
      ? { text: noValue, color: thresholds?.steps[0]?.color ?? '' }
      : shown(field, field.values.at(-1))
  const solid = filled.panel.options.colorMode === 'background_solid'
  const name =
    filled.panel.options.textMode === 'value_and_name' && field !== undefined ? displayNameOf(field) : ''
  const size = Math.min(height * (name === '' ? 0.5 : 0.4), (width / Math.max(text.length, 5)) * 1.3)
  const style = solid ? `background:${color};color:${inkOn(color)}` : ''
  return `<div class="stat" style="${style};font-size:${size}px"><small>${html(name)}</small>${html(text)}</div>`
}

/** Horizontal bars with names and numbers. */
export const drawBars: Draw = (filled) => {
  const frames = framesOf(filled)
  const values = frames.map(({ fields }) => Number(fields[1]?.values.at(-1)))
  const most = Math.max(...values, 1)
  const rows = frames.map(({ refId = '', fields }, index) => {
    const field = fields[1]
    if (field === undefined) return ''
    const width = `${((values[index] ?? 0) / most) * 100}%`
    const { text } = shown(field, values[index])
    return `<div class="bar"><span class="name">${html(String(field.config.displayNameFromDS))}</span>
      <span class="track"><i style="width:${width};background:${colorOf(filled.panel, refId, index)}"></i></span>
      <b>${html(text)}</b></div>`
  })
  return `<div class="bars">${rows.join('')}</div>`
}

/** Grafana turns `transparent` into a colour with the opacity 0. */
const isVisible = (color: string) => color.startsWith('#') && !/^#[\da-f]{6}00$/i.test(color)

// Height of Grafana's small rows.
const ROW_HEIGHT = 36

/** A table, sorted by the column that the panel names, or in the order of its query. */
export const drawTable: Draw = async (filled, room) => {
  const { panel } = filled
  const frame = await tableOf(filled)
  if (frame === undefined) return nothing(filled)
  const [sort] = (panel.options.sortBy ?? []) as readonly {
    readonly displayName: string
    readonly desc: boolean
  }[]
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
  const fields = frame.fields.filter((field) => property(field, 'custom.hidden') === undefined)
  const head = fields.map(
    (field) => `<th style="width:${property(field, 'custom.width')}px">${html(headingOf(field, frame))}</th>`,
  )
  const rows = order.slice(0, Math.floor(room.height / ROW_HEIGHT) - 1).map((row) => {
    const cells = fields.map((field) => {
      const value = field.values[row] as unknown
      const { text, color } = value === undefined ? { text: '', color: '' } : shown(field, value)
      const filledCell = property(field, 'custom.cellOptions') !== undefined && isVisible(color)
      const link = property(field, 'links') !== undefined
      const style = filledCell ? `background:${color};color:${inkOn(color)}` : ''
      return `<td class="${field.type}" style="${style}">${link ? `<u>${html(text)}</u>` : html(text)}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<table><tr>${head.join('')}</tr>${rows.join('')}</table>`
}
