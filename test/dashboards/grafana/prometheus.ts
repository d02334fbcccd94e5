import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../support/files.ts'
import { eventually } from '../../support/programs/eventually.ts'
import { freePort } from '../../support/programs/server.ts'
import { programPath } from '../../support/programs/tools.ts'
import { alerts } from '../rules/files.ts'
import { type CentreOf, lookback, type Reports, SCRAPE_S, writeHistory } from './history.ts'
import { allTimeRanges, type TimeRange, type TimeRangeName, timeRanges } from './time-ranges.ts'

/** A real Prometheus that holds a simulated half day, and the same of yesterday and of a week ago. */
export interface Historian {
  /** What wolkvox said meanwhile. */
  readonly reports: Reports
  readonly url: string
  readonly stop: () => Promise<void>
}

interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
  readonly folder: string
}

const RECORDING = ['limits', 'limits-effective', 'operation'].map((name) => `${ROOT}rules/${name}.yml`)

// A rule that reads what another rule records has no result in the same pass. The longest chain is limits, effective limits, those of
// states.
const DEPTH = 3

/**
 * Starts one. The recording rules are evaluated over the history as promtool does it, and the expressions of the alerts too,
 * which is all of an alert but how long it has to hold.
 */
export async function startHistorian(
  centres: readonly CentreOf[],
  names: readonly TimeRangeName[] = allTimeRanges,
): Promise<Historian> {
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(folder, 'prometheus.yml'), `global: { scrape_interval: ${SCRAPE_S}s }\n`)
  const scraped = (name: string) => join(folder, `${name}.txt`)
  const reports = await writeHistory(centres, names, scraped)
  for (const name of names) {
    // In blocks of two hours promtool would read the file once for each.
    const options = ['--quiet', '--max-block-duration=24h']
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', ...options, scraped(name), data])
    await rm(scraped(name))
  }
  const firing = join(folder, 'alerts.yml')
  await writeFile(firing, JSON.stringify(alertsAsRecords()))
  let recorded: string[] = []
  for (let pass = 1; pass <= DEPTH; pass += 1)
    recorded = await record(
      folder,
      RECORDING,
      names.map((name) => timeRanges[name]),
      recorded,
    )
  await record(folder, [firing], [timeRanges.today], [])

  const server = await serve(folder)
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  return { url: server.url, reports, stop }
}

/** Evaluates rules over the history. @param replaced blocks of an earlier pass @returns the new blocks */
async function record(
  folder: string,
  rules: readonly string[],
  during: readonly TimeRange[],
  replaced: readonly string[],
): Promise<string[]> {
  const output = join(folder, 'recorded')
  const server = await serve(folder)
  for (const { from, to } of during) {
    const options = [`--url=${server.url}`, `--start=${from}`, `--end=${to}`, `--output-dir=${output}`]
    await run('promtool', ['tsdb', 'create-blocks-from', 'rules', '--quiet', ...options, ...rules])
  }
  await server.stop()
  for (const block of replaced) await rm(block, { recursive: true })
  const blocks = await readdir(output)
  for (const block of blocks) await rename(join(output, block), join(folder, 'data', block))
  return blocks.map((block) => join(folder, 'data', block))
}

/** The alerts as rules that record what firing ones record. */
function alertsAsRecords() {
  const rules = alerts.map(({ name, expr, labels }) => ({
    record: 'ALERTS',
    expr,
    labels: { ...labels, alertname: name, alertstate: 'firing' },
  }))
  return { groups: [{ name: 'alerts', rules }] }
}

async function serve(folder: string): Promise<Server> {
  const listen = `127.0.0.1:${await freePort()}`
  const url = `http://${listen}`
  const child = spawn(programPath('prometheus'), [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--storage.tsdb.retention.time=100y',
    `--query.lookback-delta=${lookback}`,
    `--web.listen-address=${listen}`,
    '--log.level=error',
  ])
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  await eventually('ready Prometheus', async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`)
    return (await isReady(url)) || undefined
  })
  return { folder, url, stop }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED') return false
    throw error
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(programPath(command), args)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output}`)
}
