import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fieldReaders } from '../../../src/exposition/agent-families.ts'
import { renderAgents } from '../../../src/exposition/agent-page.ts'
import type { FilledFamily } from '../../../src/exposition/family.ts'
import { failedOutcome, toServed } from '../../../src/refresh/attempt.ts'
import {
  initialState,
  type OperationState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../../src/refresh/state.ts'
import { Centre } from '../../../src/simulator/centre/centre.ts'
import { reportOf, type WolkvoxRecord } from '../../../src/simulator/centre/report.ts'
import { createOwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { textFields } from '../../../src/wolkvox/records.ts'
import { readReport } from '../../../src/wolkvox/report.ts'
import { anEnvelope, anOperation, momentAt, renderText } from '../../support/helpers.ts'
import { absentee, fails, withSpecialCases } from './special-cases.ts'
import { FIRST_MIDNIGHT_S, HOUR_S, REFRESH_S, type TimeRangeName, timeRanges } from './time-ranges.ts'

/** A simulated centre. */
export interface CentreOf {
  readonly name: string
  readonly agents: number
  readonly seed: number
}

/** How often the exporter is scraped. Prometheus has to look back for exactly as long: see {@link lookback}. */
export const SCRAPE_S = 60

/**
 * What promtool imports has no marks of where a series ended, by which Prometheus drops one with the next scrape that lacks
 * it. If it looks back for no longer than to the last scrape it drops it just as well.
 */
export const lookback = `${SCRAPE_S * 1000 - 1}ms`

// Refreshes and scrapes keep no step: at the same moments each refresh would fall into two windows of a rate.
const PHASE_S = SCRAPE_S / 2

const TARGET = 'job="wolkvox",instance="exporter:9989"'

/** What else a Prometheus scrapes, one of them down. */
const OTHERS = [
  'up{job="prometheus",instance="localhost:9090"} 1',
  'process_resident_memory_bytes{job="prometheus",instance="localhost:9090"} 1e9',
  'scrape_duration_seconds{job="prometheus",instance="localhost:9090"} 0.1',
  'scrape_samples_post_metric_relabeling{job="prometheus",instance="localhost:9090"} 900',
  'up{job="alertmanager",instance="alertmanager:9093"} 0',
  'scrape_duration_seconds{job="alertmanager",instance="alertmanager:9093"} 0.01',
  'scrape_samples_post_metric_relabeling{job="alertmanager",instance="alertmanager:9093"} 0',
]

/** A simulated operation with what its exporter knows of it. */
interface Running {
  readonly centre: Centre
  readonly state: OperationState
  /** The record of who is away, as it was when that began. */
  readonly left?: WolkvoxRecord
  /** What wolkvox has just said; nothing where the refresh failed. */
  readonly records?: readonly WolkvoxRecord[]
}

/** What wolkvox said of an operation in the refresh of a moment. */
export type Reports = (operation: string, now: number) => readonly WolkvoxRecord[] | undefined

/**
 * Writes what Prometheus would have scraped of one exporter with these centres, as OpenMetrics with timestamps, a file for
 * each time range. For a while one refresh fails, and some values cannot be read.
 *
 * @param names of the time ranges, oldest first
 * @param file returns the file for a time range
 * @returns what wolkvox said at each refresh that did not fail
 */
export async function writeHistory(
  centres: readonly CentreOf[],
  names: readonly TimeRangeName[],
  file: (name: TimeRangeName) => string,
): Promise<Reports> {
  const reports = new Map<string, readonly WolkvoxRecord[]>()
  let running: readonly Running[] = centres.map(({ name, agents, seed }) => {
    const operation = anOperation({ name, licenses: 2 })
    return {
      centre: new Centre({ agents, seed }),
      state: initialState(operation, [...textFields, ...Object.keys(fieldReaders)], FIRST_MIDNIGHT_S * 1000),
    }
  })
  for (const name of names) {
    const timeRange = timeRanges[name]
    async function* lines() {
      for (let now = timeRange.from; now <= timeRange.to; now += REFRESH_S) {
        running = await Promise.all(running.map((one, index) => refresh(one, index, now)))
        for (const [index, { records }] of running.entries())
          if (records !== undefined) reports.set(`${centres[index]?.name} ${now}`, records)
        yield* scrapes(await page(running, now), now, Math.min(now + REFRESH_S, timeRange.to + 1))
      }
      yield '# EOF\n'
    }
    await pipeline(Readable.from(lines()), createWriteStream(file(name)))
  }
  return (operation, now) => reports.get(`${operation} ${now}`)
}

async function refresh(before: Running, index: number, now: number): Promise<Running> {
  const { centre, state } = before
  centre.advanceTo(now - FIRST_MIDNIGHT_S)
  const moment = momentAt(now * 1000)
  const asked = withRequest(withNextRefresh(state, (now + REFRESH_S) * 1000), now * 1000)
  if (fails(index, now))
    return {
      centre,
      state: withOutcome(asked, failedOutcome('timeout', 'too slow'), 60_000, moment),
      ...(before.left && { left: before.left }),
    }
  const all = reportOf(centre.agents, centre.now)
  const isOdd = index === absentee.operation
  const left =
    isOdd && now === absentee.since ? all.find(({ agent_id }) => agent_id === absentee.agentId) : before.left
  const records = isOdd ? withSpecialCases(all, left, now) : all
  const { snapshot, rejections } = readReport(
    { status: 200, body: Buffer.from(anEnvelope(records)), fetchedAt: now * 1000 },
    state.operation,
    fieldReaders,
  )
  const served = toServed(snapshot, await renderAgents(snapshot, state.operation.name))
  const next = withOutcome(asked, { ok: true, served, rejections }, 800, moment)
  return { centre, state: next, records, ...(left && { left }) }
}

const build = { version: '0.1.0', revision: 'abcdef0', nodeVersion: process.version }
const ownMetrics = createOwnMetrics(build, FIRST_MIDNIGHT_S * 1000)

/** What the exporter says of itself, but that it was started on the last day at six. */
async function own(): Promise<readonly FilledFamily[]> {
  const start = timeRanges.today.from + 6 * HOUR_S
  return (await ownMetrics()).map((family) =>
    family.name === 'process_start_time_seconds'
      ? { ...family, samples: [{ labels: {}, value: start }] }
      : family,
  )
}

/** The lines of a scrape up to their timestamps, with the labels and series that Prometheus adds. */
async function page(running: readonly Running[], now: number): Promise<readonly string[]> {
  const states = running.map(({ state }) => state)
  const text = await renderText(states, await own(), 'text', now * 1000)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const ofScrape = [
    `up 1`,
    `scrape_duration_seconds 0.004`,
    `scrape_samples_post_metric_relabeling ${lines.length}`,
  ]
  const ofExporter = [...lines, ...ofScrape].map((line) =>
    line.replace(/^([\w:]+)(?:\{(.*)\})? /s, (_, name, labels) =>
      labels === undefined ? `${name}{${TARGET}} ` : `${name}{${TARGET},${labels}} `,
    ),
  )
  return [...ofExporter, ...OTHERS]
}

function* scrapes(lines: readonly string[], from: number, before: number): Generator<string> {
  for (let time = from + PHASE_S; time < before; time += SCRAPE_S)
    yield lines.map((line) => `${line} ${time}\n`).join('')
}
