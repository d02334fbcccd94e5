import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Language } from '../grafana/dashboards.ts'
import { files, type Panel } from '../grafana/tools/dashboard-files.ts'
import { queryPanel } from '../grafana/tools/grafana-requests.ts'
import { startHistoryServer } from '../grafana/tools/history-server.ts'
import { absentAgent, simulatedOperations, timeRanges } from '../grafana/tools/scenario.ts'
import { pageOf } from './preview/page.ts'

// Draws every dashboard for the documentation, with data from a real Prometheus but without Grafana.

const PICTURES = new URL('../grafana/pictures/', import.meta.url)

/** A note in the picture that it is not a screenshot of Grafana. */
const NOTES: Readonly<Record<Language, string>> = {
  es: 'Vista previa: dibujada sin Grafana, con datos simulados',
  en: 'Preview: drawn without Grafana, from simulated data',
}

/** Ends two minutes after a refresh, because times continue between refreshes. */
const period = { from: timeRanges.today.from + 5 * 3600, to: timeRanges.today.to - 180 }

/** Two agents on the agent dashboard, everything on the others. */
const chosen = (name: string) =>
  name === 'agent' ? { operation: ['ventas'], agent: ['1002', absentAgent.agentId] } : {}

const server = await startHistoryServer(simulatedOperations)
await mkdir(PICTURES, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
try {
  for (const { name, language, dashboard } of files) {
    const choice = { ...period, values: chosen(name) }
    const resultsOf = (panel: Panel) => queryPanel(server.url, panel, choice)
    const { html, width, height } = await pageOf(dashboard, resultsOf, NOTES[language])
    const htmlFile = join(folder, `${name}-${language}.html`)
    await writeFile(htmlFile, html)
    await takeScreenshot(htmlFile, fileURLToPath(new URL(`${name}-${language}.png`, PICTURES)), width, height)
  }
} finally {
  await rm(folder, { recursive: true })
  await server.stop()
}

async function takeScreenshot(
  htmlFile: string,
  picture: string,
  width: number,
  height: number,
): Promise<void> {
  const options = [
    '--headless',
    // Chromium's sandbox does not work for root, as in containers and CI. The HTML file is trusted.
    '--no-sandbox',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, 'chromium')}`,
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
    pathToFileURL(htmlFile).href,
  ]
  const child = spawn('chromium', options, { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`chromium exited with ${code}: ${output}`)
}
