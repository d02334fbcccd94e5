import { expect } from 'vitest'
import { parseExposition } from '../../support/helpers.ts'
import { fiveAgents } from './agents.ts'
import type { RunningExporter } from './exporters.ts'
import { agentLines, growth, type Look, lookUntil, sampleOf } from './page.ts'
import type { Misbehaviour, Wolkvox } from './wolkvox.ts'

/** What an exporter showed before, during and after a fault. */
export interface ScenarioResult {
  readonly before: Look
  /** From the start of the fault up to and including the refresh that shows it. */
  readonly during: readonly Look[]
  /** From the end of the fault to the first good refresh. */
  readonly recovering: readonly Look[]
  readonly after: Look
  readonly recoveryMs: number
  /** The records of the good refresh after the fault. */
  readonly records: readonly Record<string, unknown>[]
}

/** Turns faults on and off. */
export type Switch = Pick<Wolkvox, 'misbehave' | 'behave' | 'records'>

/** Whether the metrics show the fault. */
export type Ended = (before: Look, now: Look) => boolean

export const hasFailed: Ended = (before, now) =>
  sampleOf(now, 'wolkvox_up') === 0 &&
  Object.keys(growth(before, now, 'wolkvox_refresh_failures_total')).length > 0

/** Another refresh has ended, successful or not. */
export const hasEnded: Ended = (before, now) =>
  sampleOf(now, 'wolkvox_refreshes_total') > sampleOf(before, 'wolkvox_refreshes_total')

// Half of the shortest interval in use: so soon after a good refresh, the next has not started.
const JUST_NOW_MS = 150

// Much shorter than the interval.
const WHILE_WAITING_MS = 20

/**
 * Takes an exporter from a good refresh through a fault to a good refresh, and reads its metrics all the time.
 *
 * @param ended whether the metrics show the fault, if it is not a failed refresh
 */
export async function runScenario(
  exporter: RunningExporter,
  wolkvox: Switch,
  fault: Misbehaviour,
  { ended = hasFailed, patienceMs = 20_000 }: { ended?: Ended; patienceMs?: number } = {},
): Promise<ScenarioResult> {
  const before = await justRefreshed(exporter, wolkvox)

  await wolkvox.misbehave(fault)
  const during: Look[] = []
  await lookUntil(exporter.url, 'sign of the fault', (now) => ended(before, now), {
    looks: during,
    patienceMs,
  })

  const records = fiveAgents()
  await wolkvox.behave(records)
  const endedAt = performance.now()
  const recovering: Look[] = []
  const after = await lookUntil(exporter.url, 'good refresh', showsAll(records), {
    looks: recovering,
    everyMs: WHILE_WAITING_MS,
  })
  return { before, during, recovering, after, recoveryMs: performance.now() - endedAt, records }
}

/**
 * Waits until a good refresh has just ended, because the fault must start between two refreshes. No test changes the clock
 * that this uses.
 */
async function justRefreshed({ url }: RunningExporter, wolkvox: Switch): Promise<Look> {
  const shows = showsAll(wolkvox.records())
  const age = (now: Look) => performance.timeOrigin + performance.now() - lastSuccess(now) * 1000
  return lookUntil(url, 'good refresh before the fault', (now) => shows(now) && age(now) < JUST_NOW_MS, {
    everyMs: WHILE_WAITING_MS,
  })
}

const showsAll =
  (records: readonly Record<string, unknown>[]) =>
  (now: Look): boolean =>
    sampleOf(now, 'wolkvox_up') === 1 &&
    records.every(({ agent_id: id }) => now.text.includes(`,agent_id="${id}",`))

/** Nothing but this reason was counted. */
export function expectReason({ before, after }: ScenarioResult, reason: string): void {
  const failures = growth(before, after, 'wolkvox_refresh_failures_total')
  expect(Object.keys(failures)).toEqual([reason])
}

/** Meanwhile the page came at once, with the agents of before, and said that they are not of now. */
export function expectLastGoodData({ before, during, recovering }: ScenarioResult): void {
  expectPromptAnswers([...during, ...recovering])
  for (const look of during) {
    expect(agentLines(look)).toBe(agentLines(before))
    expect(lastSuccess(look)).toBe(lastSuccess(before))
  }
  expect(during.map((look) => sampleOf(look, 'wolkvox_up')).at(-1)).toBe(0)
}

export function expectPromptAnswers(looks: readonly Look[]): void {
  expect(looks.filter(({ status, ms }) => status !== 200 || ms > 1000)).toEqual([])
}

/** All agents are there with all their numbers, and nobody else. */
export function expectWhole({ before, after, records }: ScenarioResult): void {
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

const lastSuccess = (look: Look) => sampleOf(look, 'wolkvox_last_success_timestamp_seconds')

/** What the texts of `aRecord` are as numbers, worked out by hand. */
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
