import type { Field } from '@grafana/data'
import { headingOf } from '../../test/dashboards/grafana/frames.ts'
import { type Draw, html, inkOn, nothing, shown, tableOf } from './drawing.ts'

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
  const fields = frame.fields.filter((field) => property(field, 'custom.hidden') === undefined)
  const head = fields.map(
    (field) => `<th style="width:${property(field, 'custom.width')}px">${html(headingOf(field, frame))}</th>`,
  )
  const rows = order.slice(0, Math.floor(room.height / ROW_HEIGHT) - 1).map((row) => {
    const cells = fields.map((field) => {
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
