import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRecord } from '../../../tools/fixtures.ts'
import type { ExporterProcess } from './exporters.ts'
import {
  type Ended,
  expectAllAgents,
  expectPromptResponses,
  hasEnded,
  type ScenarioResult,
} from './fault-scenario.ts'
import { expectBoundedMemory, runWithResponse, startPairOfProcesses } from './hostile-response.ts'
import { distinctKeys, inEnvelope, listOf } from './hostile-shapes.ts'
import type { Pair } from './pairs.ts'
import { expectFailedAndRecovered, recordFigures } from './run-faults.ts'
import { growth, type Scrape, sampleOf } from './scrape.ts'

// The maximum that wolkvox sends and the exporter reads.
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

/** Whether the refresh with these records has ended. An earlier refresh can end first. */
const ended: Ended = (before, now) =>
  hasEnded(before, now) &&
  (sampleOf(now, 'wolkvox_up') === 0 || sampleOf(now, 'wolkvox_records') === MAX_RECORDS)

const send = (body: Buffer) => runWithResponse(pair, body, { ended, timeoutMs: 60_000 })

function lastOf({ during }: ScenarioResult): Scrape {
  const last = during.at(-1)
  if (last === undefined) throw new Error('there is no scrape')
  return last
}

/** The refresh succeeded with all records, and scrapes were fast until then. */
function expectServed(result: ScenarioResult): void {
  const { before, during } = result
  const served = lastOf(result)
  expect(growth(before, served, 'wolkvox_refresh_failures_total')).toEqual({})
  expect(sampleOf(served, 'wolkvox_up')).toBe(1)
  expect(sampleOf(served, 'wolkvox_records')).toBe(MAX_RECORDS)
  expect(sampleOf(served, 'wolkvox_record_limit_reached')).toBe(1)
  expectPromptResponses(during.filter((scrape) => sampleOf(scrape, 'wolkvox_records') < MAX_RECORDS))
  expectAllAgents(result)
  expect(sampleOf(result.after, 'wolkvox_record_limit_reached')).toBe(0)
}

const good = (index: number) => JSON.stringify(aRecord({ agent_id: String(index) }))

describe('60,000 records', () => {
  it('that are good are served, and the limit counts as reached', SLOW, async ({ task }) => {
    const body = inEnvelope(listOf(MAX_RECORDS, good))
    const result = await send(body)
    recordFigures(task, 'none', result)
    expectServed(result)
    const served = lastOf(result)
    expect(sampleOf(served, 'wolkvox_response_bytes')).toBe(body.length)
    expect(served.text.match(/^wolkvox_agent_\w+\{/gm)).toHaveLength(MAX_RECORDS * 16)
    expectBoundedMemory(result)
  })

  it('and one more are too_large', SLOW, async ({ task }) => {
    const result = await send(inEnvelope(listOf(MAX_RECORDS + 1, good)))
    recordFigures(task, 'too_large', result)
    expectFailedAndRecovered(result, 'too_large')
    expectBoundedMemory(result)
  })

  // Without an id there is no agent, so no record can be read.
  it('of 30 distinct keys and no id each, as the whole response, are malformed', SLOW, async ({ task }) => {
    const result = await send(listOf(MAX_RECORDS, (index) => `{${distinctKeys(index, 30)}}`))
    recordFigures(task, 'malformed', result)
    expectFailedAndRecovered(result, 'malformed')
    const rejected = growth(result.before, result.after, 'wolkvox_rejected_records_total')
    expect(Object.keys(rejected)).toEqual(['missing_id'])
    expect((rejected.missing_id ?? 0) % MAX_RECORDS).toBe(0)
    expectBoundedMemory(result)
  })

  // With an id, each record is an agent without values. Other fields are ignored.
  it.for([
    ['30 distinct keys', (index: number) => distinctKeys(index, 30)],
    ['1 KB of []', () => `"more":[${'[],'.repeat(340)}[]]`],
  ] as const)('of an id and %s each are agents', SLOW, async ([_what, more], { task }) => {
    const body = inEnvelope(listOf(MAX_RECORDS, (index) => `{"agent_id":"${index}",${more(index)}}`))
    const result = await send(body)
    recordFigures(task, 'none', result)
    expectServed(result)
    expectBoundedMemory(result)
  })
})
