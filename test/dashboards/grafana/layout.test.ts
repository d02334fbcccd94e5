import { describe, expect, it } from 'vitest'
import { languages } from '../../../grafana/dashboards.ts'
import { files, type Panel } from '../../../grafana/tools/dashboard-files.ts'

/** Columns of Grafana's grid. */
const WIDTH = 24

/** Rows below Grafana's own bars on a screen of 1366 × 768, at 38 pixels a row. */
const FIRST_SCREEN = 16

/** Minimum size of each kind of panel at 1366 × 768: columns of 56 pixels, rows of 38. */
const LEAST: Readonly<Record<string, { readonly w: number; readonly h: number }>> = {
  // A time as `00:04:10`, large.
  stat: { w: 3, h: 3 },
  // An axis, a few hours and a legend.
  timeseries: { w: 6, h: 6 },
  // Up to seven lines with a name, a bar and a number.
  bargauge: { w: 6, h: 6 },
  // Three columns and a header.
  table: { w: 8, h: 4 },
  // Names and a day.
  'state-timeline': { w: 24, h: 6 },
}

/** Width of a panel on a wall screen of 1920 pixels. On smaller screens, the widest table scrolls sideways. */
const WALL = 1880

/** Columns that say who needs attention: visible on every screen. */
const FIRST_COLUMNS = ['agent', 'operation', 'status', 'timeInState', 'limitShare'] as const

/** Inner width of a panel at 1366 × 768, in pixels. */
const inside = (w: number) => w * 56 - 24

/**
 * Letters that fit into a title: the panel's width without gap, border, padding, description icon and menu, with the sizes of
 * `@grafana/ui`, divided by the average width of a letter of Inter at 14 pixels.
 */
const lettersIn = (w: number) => Math.floor((w * 56 - 84) / 7.2)

/** The panel on each cell of the grid; -1 if there is none. @throws if two panels overlap */
function coverOf(panels: readonly Panel[]): number[][] {
  const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h))
  const cover = Array.from({ length: height }, () => Array<number>(WIDTH).fill(-1))
  for (const { id, gridPos } of panels)
    for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        const row = cover[y]
        if (row?.[x] !== -1) throw new Error(`panel ${id} overlaps panel ${row?.[x]} at ${x}, ${y}`)
        row[x] = id
      }
  return cover
}

describe.each(files)('$path', ({ name, language, dashboard }) => {
  const { panels } = dashboard

  it('has no overlapping panels and no gaps', () => {
    expect(coverOf(panels).flat()).not.toContain(-1)
  })

  it.each(panels)('gives panel $id, $title, enough space', ({ type, title, gridPos }) => {
    const least = LEAST[type]
    expect(gridPos.w).toBeGreaterThanOrEqual(least?.w ?? Number.POSITIVE_INFINITY)
    expect(gridPos.h).toBeGreaterThanOrEqual(least?.h ?? Number.POSITIVE_INFINITY)
    expect(title.length).toBeLessThanOrEqual(lettersIn(gridPos.w))
  })

  it.each(panels.filter(({ type }) => type === 'table'))(
    'gives table $id, $title, enough width for its columns',
    (panel) => {
      const widths = panel.fieldConfig.overrides.map(
        ({ properties }) => properties.find(({ id }) => id === 'custom.width')?.value as number | undefined,
      )
      const all = widths.reduce<number>((sum, width) => sum + (width ?? 0), 0)
      const { agents } = languages[language].panels
      if (panel.title !== agents.title) return expect(all).toBeLessThanOrEqual(inside(panel.gridPos.w))
      expect(all).toBeLessThanOrEqual(WALL)
      const { columns } = languages[language]
      const headings = panel.fieldConfig.overrides.map(({ matcher }) => matcher.options)
      expect(headings.slice(0, FIRST_COLUMNS.length)).toEqual(FIRST_COLUMNS.map((key) => columns[key]))
    },
  )

  it('cuts no panel at the end of the first screen', () => {
    const cut = panels.filter(
      ({ gridPos: { y, h }, type }) => y < FIRST_SCREEN && y + h > FIRST_SCREEN && type !== 'table',
    )
    expect(cut.map(({ title }) => title)).toEqual([])
  })

  it('starts with the state of the data, or with the chosen agents', () => {
    const onTop = panels.filter(({ gridPos }) => gridPos.y === 0).map(({ type }) => type)
    expect(new Set(onTop)).toEqual(new Set([name === 'agent' ? 'table' : 'stat']))
  })
})
