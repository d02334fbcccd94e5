import type { Dashboard, Panel } from '../../grafana/tools/dashboard-files.ts'
import { type Draw, type Filled, html } from './drawing.ts'
import { drawGraph } from './graph.ts'
import { drawTimeline } from './timeline.ts'
import { drawBars, drawStat, drawTable } from './values.ts'

const WIDTH = 1366
const MARGIN = 8
const ROW = 38
const COLUMN = (WIDTH - MARGIN) / 24
const TITLE = 28
const TOP = 46

const draws: Readonly<Record<string, Draw>> = {
  stat: drawStat,
  bargauge: drawBars,
  timeseries: drawGraph,
  table: drawTable,
  'state-timeline': drawTimeline,
}

const STYLE = `
* { box-sizing: border-box }
body { margin: 0; width: ${WIDTH}px; background: #111217; color: #ccccdc; font: 13px/1.3 Inter, 'DejaVu Sans', sans-serif }
header { height: ${TOP}px; padding: 12px 16px; font-size: 16px; display: flex; gap: 24px; align-items: center }
header em { margin-left: auto; font-size: 13px; color: #E69F00; font-style: normal }
section { position: absolute; background: #181b1f; border: 1px solid #2c3036; border-radius: 3px; overflow: hidden }
h2 { margin: 0; height: ${TITLE}px; padding: 6px 8px; font-size: 14px; font-weight: 500; white-space: nowrap }
.inside { position: absolute; left: 8px; right: 8px; top: ${TITLE}px; bottom: 6px; overflow: hidden }
.stat { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; line-height: 1.1; justify-content: center; font-weight: 600; white-space: nowrap; border-radius: 2px }
.stat small { font-size: 13px; font-weight: 500 } .stat small:empty { display: none }
.bars { display: flex; flex-direction: column; height: 100%; justify-content: space-evenly }
.bar { display: flex; align-items: center; gap: 8px }
.bar .name { width: 42%; text-align: right; white-space: nowrap } .bar b { width: 72px }
.track { flex: 1; height: 15px } .track i { display: block; height: 100%; border-radius: 2px }
text { fill: #ccccdc; font-size: 11px } .grid { stroke: #2c3036 }
.legend { display: flex; flex-wrap: wrap; overflow: hidden; column-gap: 14px; font-size: 12px; line-height: 18px; white-space: nowrap }
table { border-collapse: collapse; table-layout: fixed; width: 0; font-size: 13px }
tr { height: 36px } th { text-align: left; color: #6e9fff; font-weight: 500; padding: 3px 6px; white-space: nowrap; overflow: hidden }
td { padding: 0 6px; border-bottom: 1px solid #2c3036; white-space: nowrap; overflow: hidden } td.number { text-align: right }
.nothing { padding: 20px; text-align: center }
`

/** A dashboard as an HTML page. @param note says that it is not a screenshot of Grafana */
export async function pageOf(
  { title, panels }: Dashboard,
  resultsOf: (panel: Panel) => Promise<Filled['results']>,
  note: string,
): Promise<{ readonly html: string; readonly height: number; readonly width: number }> {
  const sections: string[] = []
  for (const panel of panels) {
    const { x, y, w, h } = panel.gridPos
    const size = { width: w * COLUMN - MARGIN, height: h * ROW - MARGIN }
    const room = { width: size.width - 18, height: size.height - TITLE - 8 }
    const draw = draws[panel.type]
    if (draw === undefined) throw new Error(`cannot draw a panel of type ${panel.type}`)
    const inside = await draw({ panel, results: await resultsOf(panel) }, room)
    const place = `left:${MARGIN + x * COLUMN}px;top:${TOP + y * ROW}px;width:${size.width}px;height:${size.height}px`
    sections.push(
      `<section style="${place}"><h2>${html(panel.title)}</h2><div class="inside">${inside}</div></section>`,
    )
  }
  const rows = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h))
  const header = `<header>${html(title)}<em>${html(note)}</em></header>`
  return {
    html: `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${header}${sections.join('')}</body>`,
    height: TOP + rows * ROW,
    width: WIDTH,
  }
}
