import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { eventually } from '../../tools/eventually.ts'
import { readText } from '../../tools/files.ts'
import { freePort } from '../../tools/free-port.ts'
import { programPath } from '../../tools/program-path.ts'
import { selectorsOf } from '../../tools/promql-selectors.ts'
import { alerts, type Rule } from '../../tools/rule-files.ts'
import { files } from './dashboard-files.ts'
import { interpolate, queryRange } from './grafana-requests.ts'
import { lookback, SCRAPE_S, type Sent, writeHistory } from './history.ts'
import {
  allTimeRanges,
  type SimulatedOperation,
  type TimeRange,
  type TimeRangeName,
  timeRanges,
} from './scenario.ts'

/** A real Prometheus with a simulated half day, and with the same half of yesterday and of a week ago. */
export interface HistoryServer extends Sent {
  readonly url: string
  readonly stop: () => Promise<void>
}

interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
  readonly folder: string
}

/** How often rules are evaluated. */
const EVALUATION_S = 60

/** The files of recording rules whose series the dashboards or the alerts query. */
const RECORDING = ['limits', 'limits-effective', 'operation']

/** Files of which only the rules that the dashboards need are evaluated: all of them would take minutes. */
const ALSO_RECORDING = ['exporter', 'groups', 'skills']

/** Alerts that fire in the history, so that the dashboards have something to mark. What they query is recorded too. */
const FIRING_ALERTS = ['WolkvoxRefreshFailing']

type RecordingRule = Pick<Rule, 'expr' | 'labels'> & { readonly record: string }

/**
 * Starts one. Also evaluates the recording rules over the history, and the expressions of the alerts without their `for`.
 */
export async function startHistoryServer(
  operations: readonly SimulatedOperation[],
  names: readonly TimeRangeName[] = allTimeRanges,
): Promise<HistoryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  const data = join(folder, 'data')
  await mkdir(data)
  await writeFile(join(folder, 'prometheus.yml'), `global: { scrape_interval: ${SCRAPE_S}s }\n`)
  const scraped = (name: string) => join(folder, `${name}.txt`)
  const sent = await writeHistory(operations, names, scraped)
  for (const name of names) await importBlocks(folder, scraped(name))
  const ranges = names.map((name) => timeRanges[name])
  for (const rules of inLevels(recordingRules())) await record(folder, rules, ranges)
  await record(folder, alertsAsRecords(), [timeRanges.today])

  const server = await serve(folder)
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  return { ...sent, url: server.url, stop }
}

function recordingRules(): readonly RecordingRule[] {
  const rules = RECORDING.flatMap(rulesIn)
  const others = ALSO_RECORDING.flatMap(rulesIn)
  const wanted = files.flatMap(({ dashboard }) =>
    dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => metricsOf(interpolate(expr, timeRanges.today))),
    ),
  )
  const ofAlerts = alerts
    .filter(({ name }) => FIRING_ALERTS.includes(name))
    .flatMap(({ expr }) => metricsOf(expr))
  // Sets grow while they are iterated: the rules that a needed rule needs are needed too.
  const needed = new Set([...wanted, ...ofAlerts])
  for (const name of needed)
    for (const { expr } of others.filter(({ record }) => record === name))
      for (const metric of metricsOf(expr)) needed.add(metric)
  return [...rules, ...others.filter(({ record }) => needed.has(record))]
}

function rulesIn(name: string): readonly RecordingRule[] {
  const { groups } = parse(readText(`rules/${name}.yml`)) as {
    readonly groups: readonly { readonly rules: readonly RecordingRule[] }[]
  }
  return groups.flatMap(({ rules }) => rules)
}

const metricsOf = (expr: string) => selectorsOf(expr).map(({ metric }) => metric)

/** Sorts rules into levels: the rules of a level only need series of the levels before. */
function inLevels(rules: readonly RecordingRule[]): readonly (readonly RecordingRule[])[] {
  const levels: RecordingRule[][] = []
  let left = rules
  while (left.length > 0) {
    const missing = new Set(left.map(({ record }) => record))
    const isReady = ({ expr }: RecordingRule) => selectorsOf(expr).every(({ metric }) => !missing.has(metric))
    const level = left.filter(isReady)
    if (level.length === 0) throw new Error(`rules that need each other: ${[...missing].join(', ')}`)
    levels.push(level)
    left = left.filter((rule) => !isReady(rule))
  }
  return levels
}

/** Evaluates rules over the history and adds their series. One block per time range: many small ones make Prometheus slow. */
async function record(
  folder: string,
  rules: readonly RecordingRule[],
  during: readonly TimeRange[],
): Promise<void> {
  const server = await serve(folder)
  const files: string[] = []
  for (const [index, { from, to }] of during.entries()) {
    const lines: string[] = []
    for (const { record, expr, labels } of rules)
      for (const series of await queryRange(server.url, expr, { from, to }, EVALUATION_S)) {
        const own = Object.entries({ ...series.labels, ...labels })
          .filter(([name]) => name !== '__name__')
          .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        for (const [place, time] of series.times.entries())
          lines.push(`${record}{${own.join(',')}} ${series.values[place]} ${time}\n`)
      }
    const file = join(folder, `recorded-${index}.txt`)
    await writeFile(file, [...lines, '# EOF\n'])
    if (lines.length > 0) files.push(file)
  }
  await server.stop()
  for (const file of files) await importBlocks(folder, file)
}

async function importBlocks(folder: string, file: string): Promise<void> {
  // With the default of two hours, promtool reads the file once per block.
  const options = ['--quiet', '--max-block-duration=24h']
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', ...options, file, join(folder, 'data')])
  await rm(file)
}

/** The alerts as recording rules for the series of firing alerts. */
const alertsAsRecords = (): readonly RecordingRule[] =>
  alerts.map(({ name, expr, labels }) => ({
    record: 'ALERTS',
    expr,
    labels: { ...labels, alertname: name, alertstate: 'firing' },
  }))

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
