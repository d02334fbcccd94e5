import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Language } from '../grafana/dashboards.ts'
import { files, type Panel } from '../test/dashboards/grafana/dashboards.ts'
import { askPanel } from '../test/dashboards/grafana/grafana-requests.ts'
import { startHistorian } from '../test/dashboards/grafana/prometheus.ts'
import { absentee } from '../test/dashboards/grafana/special-cases.ts'
import { timeRanges } from '../test/dashboards/grafana/time-ranges.ts'
import { pageOf } from './preview/page.ts'

// Draws every dashboard from what a real Prometheus answers, for the README: Grafana itself has no part in it.

const PICTURES = new URL('../grafana/pictures/', import.meta.url)

/** In every language that this is no screenshot of Grafana. */
const NOTES: Readonly<Record<Language, string>> = {
  es: 'Vista previa: dibujada sin Grafana, con datos simulados',
  en: 'Preview: drawn without Grafana, from simulated data',
}

const centres = [
  { name: 'ventas', agents: 60, seed: 1 },
  { name: 'soporte', agents: 60, seed: 2 },
]

/** Two minutes after a refresh, so that it shows how the times count on. */
const period = { from: timeRanges.today.from + 5 * 3600, to: timeRanges.today.to - 180 }

/** The days of two agents, and all there is on the other dashboards. */
const chosen = (name: string) =>
  name === 'agent' ? { operation: ['ventas'], agent: ['1002', absentee.agentId] } : {}

const historian = await startHistorian(centres)
await mkdir(PICTURES, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
try {
  for (const { name, language, dashboard } of files) {
    const choice = { ...period, values: chosen(name) }
    const answersOf = (panel: Panel) => askPanel(historian.url, panel, choice)
    const { html, width, height } = await pageOf(dashboard, answersOf, NOTES[language])
    const page = join(folder, `${name}-${language}.html`)
    await writeFile(page, html)
    await photograph(page, fileURLToPath(new URL(`${name}-${language}.png`, PICTURES)), width, height)
  }
} finally {
  await rm(folder, { recursive: true })
  await historian.stop()
}

async function photograph(page: string, picture: string, width: number, height: number): Promise<void> {
  const options = [
    '--headless',
    // Chromium has no sandbox for root, whom containers and CI know; what it draws is ours.
    '--no-sandbox',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, 'chromium')}`,
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
    pathToFileURL(page).href,
  ]
  const child = spawn('chromium', options, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`chromium ended with ${code}: ${said}`)
}
