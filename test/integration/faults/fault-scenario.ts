import { expect } from 'vitest'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { fiveAgents } from './agents.ts'
import type { RunningExporter } from './exporters.ts'
import { agentLines, growth, type Scrape, sampleOf, scrapeUntil } from './scrape.ts'
import type { ServerFault, Wolkvox } from './wolkvox.ts'

/** The scrapes before, during and after a fault. */
export interface ScenarioResult {
  readonly before: Scrape
  /** From the start of the fault up to the first refresh with its effect. */
  readonly during: readonly Scrape[]
  /** From the end of the fault to the first good refresh. */
  readonly recovering: readonly Scrape[]
  readonly after: Scrape
  readonly recoveryMs: number
  /** The records of the good refresh after the fault. */
  readonly records: readonly Record<string, unknown>[]
}

/** Starts and ends faults. */
export type FaultSwitch = Pick<Wolkvox, 'startFault' | 'endFault' | 'records'>

/** Whether the metrics show the effect of the fault. */
export type Ended = (before: Scrape, now: Scrape) => boolean

const hasFailed: Ended = (before, now) =>
  sampleOf(now, 'wolkvox_up') === 0 &&
  Object.keys(growth(before, now, 'wolkvox_refresh_failures_total')).length > 0

/** Another refresh has ended, successful or not. */
export const hasEnded: Ended = (before, now) =>
  sampleOf(now, 'wolkvox_refreshes_total') > sampleOf(before, 'wolkvox_refreshes_total')

// Half of the shortest interval in use, so that the next refresh has not begun.
const RECENT_MS = 150

// Short compared with the interval, and scrapes are cheap.
const POLL_MS = 20

/**
 * Runs an exporter from a good refresh through a fault to a good refresh, with continuous scrapes.
 *
 * @param ended whether the fault had its effect, by default a failed refresh
 */
export async function runScenario(
  exporter: RunningExporter,
  wolkvox: FaultSwitch,
  fault: ServerFault,
  { ended = hasFailed, timeoutMs = 20_000 }: { ended?: Ended; timeoutMs?: number } = {},
): Promise<ScenarioResult> {
  const before = await justRefreshed(exporter, wolkvox)

  await wolkvox.startFault(fault)
  const during: Scrape[] = []
  await scrapeUntil(exporter.url, 'effect of the fault', (now) => ended(before, now), {
    scrapes: during,
    timeoutMs,
  })

  const records = fiveAgents()
  await wolkvox.endFault(records)
  const recoveryStartedAt = performance.now()
  const recovering: Scrape[] = []
  const after = await scrapeUntil(exporter.url, 'good refresh', showsAll(records), {
    scrapes: recovering,
    everyMs: POLL_MS,
  })
  return { before, during, recovering, after, recoveryMs: performance.now() - recoveryStartedAt, records }
}

/**
 * Waits until a good refresh has just ended, because the fault must begin between two refreshes. Uses a clock that tests do not
 * set.
 */
async function justRefreshed({ url }: RunningExporter, wolkvox: FaultSwitch): Promise<Scrape> {
  const shows = showsAll(wolkvox.records())
  const age = (now: Scrape) => performance.timeOrigin + performance.now() - lastSuccess(now) * 1000
  return scrapeUntil(url, 'good refresh before the fault', (now) => shows(now) && age(now) < RECENT_MS, {
    everyMs: POLL_MS,
  })
}

const showsAll =
  (records: readonly Record<string, unknown>[]) =>
  (now: Scrape): boolean =>
    sampleOf(now, 'wolkvox_up') === 1 &&
    records.every(({ agent_id: id }) => now.text.includes(`,agent_id="${id}",`))

/** Checks that only this reason was counted. */
export function expectReason({ before, after }: ScenarioResult, reason: string): void {
  const failures = growth(before, after, 'wolkvox_refresh_failures_total')
  expect(Object.keys(failures)).toEqual([reason])
}

/** Checks that scrapes were fast, with the earlier agents and their time. */
export function expectLastGoodData({ before, during, recovering }: ScenarioResult): void {
  expectPromptResponses([...during, ...recovering])
  for (const scrape of during) {
    expect(agentLines(scrape)).toBe(agentLines(before))
    expect(lastSuccess(scrape)).toBe(lastSuccess(before))
  }
  expect(during.map((scrape) => sampleOf(scrape, 'wolkvox_up')).at(-1)).toBe(0)
}

export function expectPromptResponses(scrapes: readonly Scrape[]): void {
  expect(scrapes.filter(({ status, ms }) => status !== 200 || ms > 1000)).toEqual([])
}

/** Checks that exactly these agents are exposed, with all values. */
export function expectAllAgents({ before, after, records }: ScenarioResult): void {
  expect(sampleOf(after, 'wolkvox_up')).toBe(1)
  expect(lastSuccess(after)).toBeGreaterThan(lastSuccess(before))
  expect(sampleOf(after, 'wolkvox_records')).toBe(records.length)
  const samples = parseExposition(after.text).filter(({ name }) => name.startsWith('wolkvox_agent_'))
  const expected = records.flatMap((record) => samplesOf(record, lastSuccess(after)))
  const asText = ({ name, id, value }: { name: string; id: unknown; value: number }) =>
    `${name} ${id} ${value}`
  expect(
    samples.map(({ name, labels, value }) => asText({ name, id: labels.agent_id, value })).sort(),
  ).toEqual(expected.map(asText).sort())
}

const lastSuccess = (scrape: Scrape) => sampleOf(scrape, 'wolkvox_last_success_timestamp_seconds')

/** The values of `aRecord` as numbers, computed by hand. */
function samplesOf({ agent_id: id, calls }: Record<string, unknown>, fetchedAt: number) {
  const values = {
    wolkvox_agent_calls: Number(calls),
    wolkvox_agent_inbound_calls: 7,
    wolkvox_agent_outbound_calls: 2,
    wolkvox_agent_internal_calls: 1,
    wolkvox_agent_time_in_state_seconds: 65,
    wolkvox_agent_state_start_timestamp_seconds: Math.round((fetchedAt - 65) * 1000) / 1000,
    wolkvox_agent_ready_seconds: 3600,
    wolkvox_agent_inbound_seconds: 1800,
    wolkvox_agent_outbound_seconds: 600,
    wolkvox_agent_acw_seconds: 300,
    wolkvox_agent_ring_seconds: 60,
    wolkvox_agent_login_seconds: 7200,
    wolkvox_agent_aht_seconds: 270,
    wolkvox_agent_occupancy_ratio: 0.4286,
    wolkvox_agent_aux_seconds: 900,
    wolkvox_agent_state: 1,
  }
  return Object.entries(values).map(([name, value]) => ({ name, id, value }))
}
