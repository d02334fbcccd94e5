import { colorOf, type Draw, framesOf, html, inkOn, shown } from './drawing.ts'

/** One number on its colour. */
export const drawStat: Draw = (filled, { width, height }) => {
  const field = framesOf(filled)[0]?.fields[1]
  const { text, color } =
    field === undefined
      ? { text: filled.panel.fieldConfig.defaults.noValue ?? '', color: '' }
      : shown(field, field.values.at(-1))
  const solid = filled.panel.options.colorMode === 'background_solid'
  const name =
    filled.panel.options.textMode === 'value_and_name' ? String(field?.config.displayNameFromDS) : ''
  const size = Math.min(height * (name === '' ? 0.5 : 0.4), (width / Math.max(text.length, 5)) * 1.3)
  const style = solid ? `background:${color};color:${inkOn(color)}` : ''
  return `<div class="stat" style="${style};font-size:${size}px"><small>${html(name)}</small>${html(text)}</div>`
}

/** Bars beside their names and numbers. */
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
