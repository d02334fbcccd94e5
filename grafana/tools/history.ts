import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Operation } from '../../src/config/operation.ts'
import type { Groups } from '../../src/groups/groups.ts'
import { parseFile } from '../../src/groups/parser-task.ts'
import type { FilledFamily } from '../../src/model/family.ts'
import { failedOutcome } from '../../src/model/outcome.ts'
import { reportNamed } from '../../src/reports/index.ts'
import { type AccountState, requestsToday, withRequestToday } from '../../src/scheduling/budget.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../src/scheduling/state.ts'
import { Centre } from '../../src/simulator/centre/centre.ts'
import { reportOf, type WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { type SkillRecord, skillRecords } from '../../src/simulator/reports/skills.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { read } from '../../src/worker/tasks.ts'
import { anAccountState, anEnvelope, anOperation, momentAt } from '../../tools/fixtures.ts'
import { renderText } from '../../tools/render-text.ts'
import {
  absentAgent,
  busySkill,
  FIRST_MIDNIGHT_S,
  groupsFile,
  HOUR_S,
  intervals,
  LICENSES,
  REFRESH_S,
  refreshFails,
  type SimulatedOperation,
  type SimulatedReport,
  STALE_INTERVALS,
  type TimeRangeName,
  timeOfDay,
  timeRanges,
  withIncidents,
} from './scenario.ts'

/** How often the exporter is scraped. */
export const SCRAPE_S = 60

/**
 * Prometheus's lookback. Data that promtool imports has no staleness markers. If Prometheus looks back no further than the last
 * scrape, it drops a series that is missing from a scrape, as it does with markers.
 */
export const lookback = `${SCRAPE_S * 1000 - 1}ms`

// Scrapes are not simultaneous with refreshes: otherwise each refresh would be in two windows of a rate.
const PHASE_S = SCRAPE_S / 2

const DAILY_LIMIT = LICENSES * 1000

const TARGET = 'job="wolkvox",instance="exporter:9989"'

/** Other targets of the same Prometheus. One of them is down. */
const OTHERS = [
  'up{job="prometheus",instance="localhost:9090"} 1',
  'process_resident_memory_bytes{job="prometheus",instance="localhost:9090"} 1e9',
  'scrape_duration_seconds{job="prometheus",instance="localhost:9090"} 0.1',
  'scrape_samples_post_metric_relabeling{job="prometheus",instance="localhost:9090"} 900',
  'up{job="alertmanager",instance="alertmanager:9093"} 0',
  'scrape_duration_seconds{job="alertmanager",instance="alertmanager:9093"} 0.01',
  'scrape_samples_post_metric_relabeling{job="alertmanager",instance="alertmanager:9093"} 0',
]

/** Returns the records of a report that wolkvox sent to an operation at a refresh; `undefined` if the refresh failed. */
type RecordsOf<Record> = (operation: string, refreshedAt: number) => readonly Record[] | undefined

export type Records = RecordsOf<WolkvoxRecord>
export type SkillRecords = RecordsOf<SkillRecord>

/** What wolkvox sent. */
export interface Sent {
  readonly records: Records
  readonly skillRecords: SkillRecords
}

/** A simulated operation, its contact centre, and the operation's settings in the exporter. */
interface Simulation {
  readonly simulated: SimulatedOperation
  readonly operation: Operation
  readonly centre: Centre
  /** The record of the absent agent when the absence began. */
  left?: WolkvoxRecord
}

/**
 * Writes what Prometheus scrapes from one exporter with these operations, as OpenMetrics with timestamps, one file for each time
 * range. Some refreshes fail and some values are unreadable; see scenario.ts.
 *
 * @param names of the time ranges, in chronological order
 * @param file returns the path of a time range's file
 */
export async function writeHistory(
  operations: readonly SimulatedOperation[],
  names: readonly TimeRangeName[],
  file: (name: TimeRangeName) => string,
): Promise<Sent> {
  const received: Received = new Map()
  const simulations = await Promise.all(operations.map(simulate))
  let state = initialExporterState(simulations)
  for (const name of names) {
    const range = timeRanges[name]
    async function* lines() {
      for (let now = range.from; now <= range.to; now += REFRESH_S) {
        for (const simulation of simulations) state = await refreshAll(simulation, state, now, received)
        yield* scrapes(await page(state, now), now, Math.min(now + REFRESH_S, range.to + 1))
      }
      yield '# EOF\n'
    }
    await pipeline(Readable.from(lines()), createWriteStream(file(name)))
  }
  const recordsOf =
    <Record>(report: SimulatedReport): RecordsOf<Record> =>
    (operation, refreshedAt) =>
      received.get(`${report} ${operation} ${refreshedAt}`) as readonly Record[] | undefined
  return { records: recordsOf('agents'), skillRecords: recordsOf('skills') }
}

/** Records by report, operation and time of the refresh. */
type Received = Map<string, readonly unknown[]>

async function simulate(simulated: SimulatedOperation): Promise<Simulation> {
  const { name, account, agents, seed } = simulated
  const reports = simulated.reports.map((report) => {
    const refreshIntervalMs = intervals[report] * 1000
    return { name: report, refreshIntervalMs, staleAfterMs: STALE_INTERVALS * refreshIntervalMs }
  })
  const groups = simulated.reports.includes('agents') ? await readGroups() : undefined
  const operation = anOperation({ name, server: account, licenses: LICENSES, reports, groups })
  return { simulated, operation, centre: new Centre({ agents, seed }) }
}

async function readGroups(): Promise<Groups> {
  const file = await parseFile({ bytes: Buffer.from(groupsFile), digest: groupsFile, format: 'csv' })
  if ('problems' in file) throw new Error(file.problems.join('; '))
  return file.groups
}

function initialExporterState(simulations: readonly Simulation[]): ExporterState {
  const accounts = new Set(simulations.map(({ simulated }) => simulated.account))
  return {
    accounts: [...accounts].map((account) => anAccountState({ account, dailyLimit: DAILY_LIMIT })),
    operations: simulations.map(({ operation, simulated }) => ({
      operation,
      account: simulated.account,
      storageFailures: 0,
    })),
    reports: simulations.flatMap(({ operation }) =>
      operation.reports.map((settings) => initialState(operation.name, settings, FIRST_MIDNIGHT_S * 1000)),
    ),
  }
}

/** Refreshes the reports of an operation that are due. @param received collects the records */
async function refreshAll(
  simulation: Simulation,
  before: ExporterState,
  now: number,
  received: Received,
): Promise<ExporterState> {
  const { simulated } = simulation
  let state = before
  for (const report of simulated.reports) {
    if (timeOfDay(now) % intervals[report] !== 0) continue
    const accounts = state.accounts.map((account) =>
      account.account === simulated.account ? withRequestToday(account, now * 1000) : account,
    )
    const account = accounts.find((one) => one.account === simulated.account)
    if (account === undefined) throw new Error(`no account ${simulated.account}`)
    const records = refreshFails(simulated, now) ? undefined : recordsOf(simulation, report, account, now)
    if (records !== undefined) received.set(`${report} ${simulated.name} ${now}`, records)
    const reports = await Promise.all(
      state.reports.map((one) =>
        one.operation === simulated.name && one.report === report
          ? refresh(simulation, report, one, records, now)
          : one,
      ),
    )
    state = { ...state, accounts, reports }
  }
  return state
}

/** The records that wolkvox sends. */
function recordsOf(
  simulation: Simulation,
  report: SimulatedReport,
  account: AccountState,
  now: number,
): readonly unknown[] {
  const used = requestsToday(account, now * 1000)
  if (report === 'token_info')
    return [
      {
        token_limit: String(DAILY_LIMIT),
        token_use_today: String(used),
        all_token_today: String(used),
        available_consumption_options: String(DAILY_LIMIT - used),
      },
    ]
  const { centre, simulated } = simulation
  centre.advanceTo(now - FIRST_MIDNIGHT_S)
  if (report === 'skills') return skillRecords(centre.skills, undefined)
  if (simulated.name === busySkill.operation && now === busySkill.since)
    centre.setDemandFactor(busySkill.skillId, busySkill.factor)
  const records = reportOf(centre.agents, centre.now)
  if (simulated.name !== absentAgent.operation) return records
  if (now === absentAgent.since) {
    const left = records.find(({ agent_id }) => agent_id === absentAgent.agentId)
    if (left !== undefined) simulation.left = left
  }
  return withIncidents(records, simulation.left, now)
}

/** @param records `undefined` if the refresh fails */
async function refresh(
  { operation }: Simulation,
  report: SimulatedReport,
  before: ReportState,
  records: readonly unknown[] | undefined,
  now: number,
): Promise<ReportState> {
  const next = (now + intervals[report]) * 1000
  const state = withRequest(withNextRefresh(before, next))
  const moment = momentAt(now * 1000)
  if (records === undefined) {
    return withOutcome(state, failedOutcome('timeout', 'too slow'), 60_000, moment)
  }
  const body = Buffer.from(anEnvelope(records))
  const { outcome } = await read(operation, reportNamed(report), {
    status: 200,
    body,
    fetchedAt: now * 1000,
  })
  if (!outcome.ok) throw new Error(`the simulated ${report} cannot be read: ${outcome.failure.message}`)
  return withOutcome(state, outcome, 800, moment)
}

const build = { version: '0.1.0', revision: 'abcdef0', nodeVersion: process.version }
const ownMetrics = createOwnMetrics(build, () => ({
  isSuccessful: true,
  succeededAt: FIRST_MIDNIGHT_S * 1000,
}))

/** The exporter's own metrics, with a start at six on the last day. */
async function own(): Promise<readonly FilledFamily[]> {
  const start = timeRanges.today.from + 6 * HOUR_S
  return (await ownMetrics()).map((family) =>
    family.name === 'process_start_time_seconds'
      ? { ...family, samples: [{ labels: {}, value: start }] }
      : family,
  )
}

/** The lines of a scrape without timestamps, with the labels and series that Prometheus adds. */
async function page(state: ExporterState, now: number): Promise<readonly string[]> {
  const text = await renderText(state, await own(), 'text', now * 1000)
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
