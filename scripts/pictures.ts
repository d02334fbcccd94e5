import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askPanel } from '../test/grafana/asking.ts'
import { fileOf, files } from '../test/grafana/dashboards.ts'
import { absentee, stretches } from '../test/grafana/history.ts'
import { startHistorian } from '../test/grafana/prometheus.ts'
import { pageOf } from './preview/page.ts'

// Draws every dashboard from what a real Prometheus answers, for the README: Grafana itself has no part in it.

const PICTURES = new URL('../grafana/pictures/', import.meta.url).pathname

const NOTES = {
  es: 'Vista previa: dibujada sin Grafana, con datos simulados',
  en: 'Preview: drawn without Grafana, from simulated data',
}

const centres = [
  { name: 'ventas', agents: 60, seed: 1 },
  { name: 'soporte', agents: 60, seed: 2 },
]

/** Two minutes after a refresh, so that it shows how the times count on. */
const period = { from: stretches.today.from + 5 * 3600, to: stretches.today.to - 180 }

/** The days of two agents, and all there is on the other dashboards. */
const chosen = (name: string) =>
  name === 'agent' ? { operation: ['ventas'], agent: ['1002', absentee.agentId] } : {}

const historian = await startHistorian(centres)
await mkdir(PICTURES, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
try {
  for (const { name, language } of files) {
    const { dashboard } = fileOf(name, language)
    const choice = { ...period, values: chosen(name) }
    const answersOf = async (id: number) => {
      const panel = dashboard.panels.find((one) => one.id === id)
      return panel === undefined ? new Map() : askPanel(historian.url, panel, choice)
    }
    const { html, width, height } = await pageOf(dashboard, answersOf, NOTES[language])
    const page = join(folder, `${name}-${language}.html`)
    await writeFile(page, html)
    await photograph(page, join(PICTURES, `${name}-${language}.png`), width, height)
  }
} finally {
  await rm(folder, { recursive: true })
  await historian.stop()
}

async function photograph(page: string, picture: string, width: number, height: number): Promise<void> {
  const child = spawn('chromium', [
    '--headless',
    '--no-sandbox',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, 'chromium')}`,
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
    `file://${page}`,
  ])
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`chromium ended with ${code}`)
}
