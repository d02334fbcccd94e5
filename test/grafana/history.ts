import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fieldReaders } from '../../src/exposition/agent-families.ts'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import type { FilledFamily } from '../../src/exposition/family.ts'
import { failedOutcome, toServed } from '../../src/refresh/attempt.ts'
import {
  initialState,
  type OperationState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../src/refresh/state.ts'
import { Centre } from '../../src/simulator/centre/centre.ts'
import { reportOf, type WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { formatDuration } from '../../src/simulator/centre/time.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { textFields } from '../../src/wolkvox/records.ts'
import { readReport } from '../../src/wolkvox/report.ts'
import { anEnvelope, anOperation, momentAt, renderText } from '../helpers.ts'

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
const REFRESH_S = 300

/** Midnight of the first simulated day, in the operations' time zone: a Monday. */
const FIRST_MIDNIGHT_S = Date.UTC(2026, 0, 5, 5) / 1000

/** A stretch of time, in seconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

const halfDay = (day: number): Stretch => ({
  from: FIRST_MIDNIGHT_S + day * DAY_S,
  to: FIRST_MIDNIGHT_S + day * DAY_S + 12 * HOUR_S,
})

/** The half day that is looked at, with those that it is compared to: of a week ago and of yesterday. */
export const stretches = { lastWeek: halfDay(0), yesterday: halfDay(6), today: halfDay(7) } as const

export type StretchName = keyof typeof stretches

export const allStretches: readonly StretchName[] = ['lastWeek', 'yesterday', 'today']

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

/** A simulated operation with what its exporter knows of it. */
interface Running {
  readonly centre: Centre
  readonly state: OperationState
  /** The record of who is away, as it was when that began. */
  readonly left?: WolkvoxRecord
}

/**
 * Writes what Prometheus would have scraped of one exporter with these centres, as OpenMetrics with timestamps, a file for
 * each stretch. One refresh fails for a while, and some values cannot be read, as happens.
 *
 * @param names of the stretches, in the order of time
 * @param file names the file of a stretch
 */
export async function writeHistory(
  centres: readonly CentreOf[],
  names: readonly StretchName[],
  file: (name: StretchName) => string,
): Promise<void> {
  let running: readonly Running[] = centres.map(({ name, agents, seed }) => {
    const operation = anOperation({ name, licenses: 2 })
    return {
      centre: new Centre({ agents, seed }),
      state: initialState(operation, [...textFields, ...Object.keys(fieldReaders)], FIRST_MIDNIGHT_S * 1000),
    }
  })
  for (const name of names) {
    const stretch = stretches[name]
    async function* lines() {
      for (let now = stretch.from; now <= stretch.to; now += REFRESH_S) {
        running = await Promise.all(running.map((one, index) => refresh(one, index, now)))
        yield* scrapes(await page(running, now), now, Math.min(now + REFRESH_S, stretch.to + 1))
      }
      yield '# EOF\n'
    }
    await pipeline(Readable.from(lines()), createWriteStream(file(name)))
  }
}

const timeOfDay = (now: number) => (now - FIRST_MIDNIGHT_S) % DAY_S

// The second centre's wolkvox is slow for twenty minutes of each morning.
const fails = (index: number, now: number) => {
  const time = timeOfDay(now)
  return index === 1 && time >= 9 * HOUR_S && time < 9 * HOUR_S + 4 * REFRESH_S
}

/** Somebody of the first centre who does not come back from a break on the last day, and since when. */
export const absentee = {
  operation: 0,
  agentId: '1006',
  state: 'Break',
  since: stretches.today.from + 11 * HOUR_S,
}

/** The record of who stays in an auxiliary state: nothing else of the day goes on. @param left of the moment when that began */
const away = (left: WolkvoxRecord, seconds: number): WolkvoxRecord => ({
  ...left,
  agent_status: absentee.state,
  time_state_now: String(seconds),
  aux_time: later(left.aux_time, seconds),
  login_time: later(left.login_time, seconds),
})

function later(time: string, seconds: number): string {
  const [hours = 0, minutes = 0, rest = 0] = time.split(':').map(Number)
  return formatDuration(hours * 3600 + minutes * 60 + rest + seconds)
}

// Besides, one agent's occupancy cannot be read for half an hour of each morning.
function withOddities(
  records: readonly WolkvoxRecord[],
  left: WolkvoxRecord | undefined,
  now: number,
): readonly WolkvoxRecord[] {
  const time = timeOfDay(now)
  const unreadable = time >= 10 * HOUR_S && time < 10 * HOUR_S + 6 * REFRESH_S
  return records.map((record, place) => {
    if (place === 3 && unreadable) return { ...record, ocupation: 'n/a' }
    return left?.agent_id === record.agent_id ? away(left, now - absentee.since) : record
  })
}

async function refresh(before: Running, index: number, now: number): Promise<Running> {
  const { centre, state } = before
  centre.advanceTo(now - FIRST_MIDNIGHT_S)
  const moment = momentAt(now * 1000)
  const asked = withRequest(withNextRefresh(state, (now + REFRESH_S) * 1000), now * 1000)
  if (fails(index, now))
    return { ...before, state: withOutcome(asked, failedOutcome('timeout', 'too slow'), 60_000, moment) }
  const all = reportOf(centre.agents, centre.now)
  const isOdd = index === absentee.operation
  const left =
    isOdd && now === absentee.since ? all.find(({ agent_id }) => agent_id === absentee.agentId) : before.left
  const records = isOdd ? withOddities(all, left, now) : all
  const { snapshot, rejections } = readReport(
    { status: 200, body: Buffer.from(anEnvelope(records)), fetchedAt: now * 1000 },
    state.operation,
    fieldReaders,
  )
  const served = toServed(snapshot, await renderAgents(snapshot, state.operation.name))
  const next = withOutcome(asked, { ok: true, served, rejections }, 800, moment)
  return { centre, state: next, ...(left && { left }) }
}

const build = { version: '0.1.0', revision: 'abcdef0', nodeVersion: process.version }
const ownMetrics = createOwnMetrics(build, FIRST_MIDNIGHT_S * 1000)

/** What the exporter says of itself, but that it was started on the last day at six. */
async function own(): Promise<readonly FilledFamily[]> {
  const start = stretches.today.from + 6 * HOUR_S
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
  return [...lines, ...ofScrape].map((line) =>
    line.replace(/^([\w:]+)(?:\{(.*)\})? /s, (_, name, labels) =>
      labels === undefined ? `${name}{${TARGET}} ` : `${name}{${TARGET},${labels}} `,
    ),
  )
}

function* scrapes(lines: readonly string[], from: number, before: number): Generator<string> {
  for (let time = from + PHASE_S; time < before; time += SCRAPE_S)
    yield lines.map((line) => `${line} ${time}\n`).join('')
}
