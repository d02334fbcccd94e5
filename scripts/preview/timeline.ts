import { type Draw, drawLegend, html, inkOn, nothing, shown, tableOf } from './drawing.ts'

const NAMES = 210

/** A band of states for each agent. */
export const drawTimeline: Draw = async (filled, room) => {
  const frame = await tableOf(filled)
  const [timestamps, ...bands] = frame?.fields ?? []
  if (timestamps === undefined) return nothing(filled)
  const times = timestamps.values as number[]
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0]
  const shownOf = new Map(
    bands.flatMap((band) => band.values.map((value) => [value, shown(band, value)] as const)),
  )
  const states = [...shownOf].filter(([value]) => value !== null && value !== undefined)
  const legend = drawLegend(
    states.map(([, { text, color }]) => ({ name: text, color })),
    room.width,
  )
  const height = (room.height - legend.height) / bands.length
  const x = (at: number) => NAMES + ((at - from) / (to - from)) * (room.width - NAMES)
  const shapes = bands.flatMap((band, index) => {
    const y = index * height
    const name = `<text x="${NAMES - 8}" y="${y + height / 2 + 4}" text-anchor="end">${html(band.name)}</text>`
    const intervals = intervalsOf(times, band.values).map(({ start, end, value }) => {
      const { text, color } = shown(band, value)
      const width = x(end) - x(start)
      const hasRoomForText = width > text.length * 7 && height > 13
      return `<rect x="${x(start)}" y="${y + 1}" width="${width}" height="${height - 2}" fill="${color}"/>${
        hasRoomForText
          ? `<text x="${x(start) + 4}" y="${y + height / 2 + 4}" style="fill:${inkOn(color)}">${html(text)}</text>`
          : ''
      }`
    })
    return [name, ...intervals]
  })
  return `<svg width="${room.width}" height="${room.height - legend.height}">${shapes.join('')}</svg>${legend.html}`
}

function intervalsOf(times: readonly number[], values: readonly unknown[]) {
  const intervals: { start: number; end: number; readonly value: unknown }[] = []
  for (const [index, start] of times.entries()) {
    const end = times[index + 1] ?? start
    const value = values[index]
    const last = intervals.at(-1)
    if (last !== undefined && last.value === value && last.end === start) last.end = end
    else if (value !== null && value !== undefined) intervals.push({ start, end, value })
  }
  return intervals
}
