import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRecord } from '../../support/helpers.ts'
import type { ExporterProcess } from './exporters.ts'
import {
  type Ended,
  expectPromptAnswers,
  expectWhole,
  hasEnded,
  type ScenarioResult,
} from './fault-scenario.ts'
import { expectBoundedMemory, runHostileResponse, startPairOfProcesses } from './hostile-response.ts'
import { distinctKeys, inEnvelope, listOf } from './hostile-shapes.ts'
import { growth, type Look, sampleOf } from './page.ts'
import type { Pair } from './pairs.ts'
import { expectFailureAndRecovery, note } from './run-faults.ts'

// The most that wolkvox sends, and the most that is read.
const MAX_RECORDS = 60_000

const SLOW = { timeout: 120_000 }

let pair: Pair<ExporterProcess>
beforeAll(async () => {
  pair = await startPairOfProcesses()
})
afterAll(async () => {
  await pair?.exporter.stop()
  await pair?.wolkvox.close()
})

/** Until something has come of it, well or not; a look from before may still come in between. */
const ended: Ended = (before, now) =>
  hasEnded(before, now) &&
  (sampleOf(now, 'wolkvox_up') === 0 || sampleOf(now, 'wolkvox_records') === MAX_RECORDS)

const send = (body: Buffer) => runHostileResponse(pair, body, { ended, patienceMs: 60_000 })

function lastOf({ during }: ScenarioResult): Look {
  const last = during.at(-1)
  if (last === undefined) throw new Error('nobody has looked')
  return last
}

/** The refresh succeeded with all the records, and the page came at once for as long as it was the one of before. */
function expectServed(scenario: ScenarioResult): void {
  const { before, during } = scenario
  const served = lastOf(scenario)
  expect(growth(before, served, 'wolkvox_refresh_failures_total')).toEqual({})
  expect(sampleOf(served, 'wolkvox_up')).toBe(1)
  expect(sampleOf(served, 'wolkvox_records')).toBe(MAX_RECORDS)
  expect(sampleOf(served, 'wolkvox_record_limit_reached')).toBe(1)
  expectPromptAnswers(during.filter((look) => sampleOf(look, 'wolkvox_records') < MAX_RECORDS))
  expectWhole(scenario)
  expect(sampleOf(scenario.after, 'wolkvox_record_limit_reached')).toBe(0)
}

const good = (index: number) => JSON.stringify(aRecord({ agent_id: String(index) }))

describe('60,000 records', () => {
  it('that are good are served, and the limit is said to be reached', SLOW, async ({ task }) => {
    const body = inEnvelope(listOf(MAX_RECORDS, good))
    const scenario = await send(body)
    note(task, 'none', scenario)
    expectServed(scenario)
    const served = lastOf(scenario)
    expect(sampleOf(served, 'wolkvox_response_bytes')).toBe(body.length)
    expect(served.text.match(/^wolkvox_agent_\w+\{/gm)).toHaveLength(MAX_RECORDS * 16)
    expectBoundedMemory(scenario)
  })

  it('and one more are too_large', SLOW, async ({ task }) => {
    const scenario = await send(inEnvelope(listOf(MAX_RECORDS + 1, good)))
    note(task, 'too_large', scenario)
    expectFailureAndRecovery(scenario, 'too_large')
    expectBoundedMemory(scenario)
  })

  // Without an id there is no agent: not one of them can be read.
  it('of 30 distinct keys and no id each, as the bare answer, are malformed', SLOW, async ({ task }) => {
    const scenario = await send(listOf(MAX_RECORDS, (index) => `{${distinctKeys(index, 30)}}`))
    note(task, 'malformed', scenario)
    expectFailureAndRecovery(scenario, 'malformed')
    const rejected = growth(scenario.before, scenario.after, 'wolkvox_rejected_records_total')
    expect(Object.keys(rejected)).toEqual(['missing_id'])
    expect((rejected.missing_id ?? 0) % MAX_RECORDS).toBe(0)
    expectBoundedMemory(scenario)
  })

  // With an id each is an agent of whom nothing further is known. What else stands there is nobody's business.
  it.for([
    ['30 distinct keys', (index: number) => distinctKeys(index, 30)],
    ['1 KB of []', () => `"more":[${'[],'.repeat(340)}[]]`],
  ] as const)('of an id and %s each are agents', SLOW, async ([_what, more], { task }) => {
    const body = inEnvelope(listOf(MAX_RECORDS, (index) => `{"agent_id":"${index}",${more(index)}}`))
    const scenario = await send(body)
    note(task, 'none', scenario)
    expectServed(scenario)
    expectBoundedMemory(scenario)
  })
})
