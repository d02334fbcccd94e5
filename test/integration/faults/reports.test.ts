import { describe, expect, it } from 'vitest'
import { reportNamed } from '../../../src/reports/index.ts'
import { fieldsOf } from '../../../src/reports/report.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { startExporterHere } from './exporters.ts'
import {
  expectAllAgents,
  expectPromptResponses,
  hasEnded,
  runScenario,
  type ScenarioResult,
} from './fault-scenario.ts'
import { startPair, usePairs } from './pairs.ts'
import { expectFailedAndRecovered, recordFigures } from './run-faults.ts'
import { growth, sampleOf } from './scrape.ts'

const withPair = usePairs(() => startPair(startExporterHere))

const send = (body: string, options: Parameters<typeof runScenario>[3] = {}) =>
  withPair(({ exporter, wolkvox }) => runScenario(exporter, wolkvox, { respond: answerWith(body) }, options))

/** The served and the rejected parts of an unusual report. */
function outcomeOf({ before, during }: ScenarioResult) {
  const served = during.at(-1)
  if (served === undefined) throw new Error('there is no scrape')
  const samples = parseExposition(served.text).filter(({ name }) => name.startsWith('wolkvox_agent_'))
  return {
    up: sampleOf(served, 'wolkvox_up'),
    records: sampleOf(served, 'wolkvox_records'),
    failures: growth(before, served, 'wolkvox_refresh_failures_total'),
    rejectedRecords: growth(before, served, 'wolkvox_rejected_records_total'),
    rejectedValues: growth(before, served, 'wolkvox_rejected_values_total'),
    samples,
  }
}

// Without an id, there is no agent.
const fields = fieldsOf(reportNamed('agents')).filter((field) => field !== 'agent_id')

const allFields = (value: unknown) => Object.fromEntries(fields.map((field) => [field, value]))

describe.concurrent('an unusual report', () => {
  it('records of wrong types are rejected and counted, the others are served', async ({ task }) => {
    const body = anEnvelope([null, true, 0, 'text', [], [aRecord()], {}, { agent_id: [] }, aRecord()])
    const result = await send(body, { ended: hasEnded })
    recordFigures(task, 'none', result)
    const { samples, ...outcome } = outcomeOf(result)
    expect(outcome).toEqual({
      up: 1,
      records: 9,
      failures: {},
      rejectedRecords: { not_an_object: 6, missing_id: 2 },
      rejectedValues: {},
    })
    expect(samples).toHaveLength(16)
    expectPromptResponses(result.during)
    expectAllAgents(result)
  })

  it.for<unknown>([true, [], {}, ['10'], { value: 10 }])(
    'values that are all %j are left out and counted, the agent is there',
    async (value, { task }) => {
      const body = anEnvelope([{ agent_id: '1', ...allFields(value) }])
      const result = await send(body, { ended: hasEnded })
      recordFigures(task, 'none', result)
      const { samples, ...outcome } = outcomeOf(result)
      expect(outcome).toEqual({
        up: 1,
        records: 1,
        failures: {},
        rejectedRecords: {},
        rejectedValues: allFields(1),
      })
      expect(samples).toEqual([
        {
          name: 'wolkvox_agent_state',
          labels: { operation: 'ventas', agent_id: '1', agent_name: '', state: '', category: 'unknown' },
          value: 1,
        },
      ])
      expectPromptResponses(result.during)
      expectAllAgents(result)
    },
  )

  it('a list with gaps, as PHP sends it, is read completely', async ({ task }) => {
    const result = await send(anEnvelope({ 0: aRecord(), 2: aRecord({ agent_id: '1002' }) }), {
      ended: hasEnded,
    })
    recordFigures(task, 'none', result)
    expect(outcomeOf(result)).toMatchObject({ up: 1, records: 2, failures: {}, rejectedRecords: {} })
    expect(outcomeOf(result).samples).toHaveLength(2 * 16)
    expectAllAgents(result)
  })

  it('a record that is not JSON is rejected and counted, the others are served', async ({ task }) => {
    const records = ['1001', '1002', '1003', '1004'].map((agent_id) =>
      aRecord({ agent_id, agent_name: `Agent ${agent_id}` }),
    )
    const body = anEnvelope(records).replace('Agent 1002', 'Agent\n1002').replace('Agent 1003', 'Agent "1003')
    const result = await send(body, { ended: hasEnded })
    recordFigures(task, 'none', result)
    const { samples, ...outcome } = outcomeOf(result)
    expect(outcome).toEqual({
      up: 1,
      records: 4,
      failures: {},
      rejectedRecords: { unparsable: 2 },
      rejectedValues: {},
    })
    expect(new Set(samples.map(({ labels }) => labels.agent_id))).toEqual(new Set(['1001', '1004']))
    expectAllAgents(result)
  })

  it('in Latin-1 is read, and similar names stay different', async ({ task }) => {
    const body = Buffer.from(
      anEnvelope([
        aRecord({ agent_name: 'Peña', agent_status: 'Baño' }),
        aRecord({ agent_id: '1002', agent_name: 'Peòa', agent_status: 'Baøo' }),
      ]),
      'latin1',
    )
    const result = await withPair(({ exporter, wolkvox }) =>
      runScenario(exporter, wolkvox, { respond: answerWith(body) }, { ended: hasEnded }),
    )
    recordFigures(task, 'none', result)
    const states = outcomeOf(result).samples.filter(({ name }) => name === 'wolkvox_agent_state')
    expect(states.map(({ labels }) => [labels.agent_name, labels.state])).toEqual([
      ['Peña', 'Baño'],
      ['Peòa', 'Baøo'],
    ])
    expectAllAgents(result)
  })

  it('of records with one id the first is served, the others are counted', async ({ task }) => {
    const records = ['1', '2', '3'].map((calls) => aRecord({ calls }))
    const result = await send(anEnvelope([...records, aRecord({ agent_id: '1002' })]), { ended: hasEnded })
    recordFigures(task, 'none', result)
    const { samples, ...outcome } = outcomeOf(result)
    expect(outcome).toMatchObject({ up: 1, records: 4, failures: {}, rejectedRecords: { duplicate: 2 } })
    expect(samples).toHaveLength(2 * 16)
    expect(samples.find(({ labels }) => labels.agent_id === '1001')).toMatchObject({
      name: 'wolkvox_agent_calls',
      value: 1,
    })
    expectAllAgents(result)
  })

  it.for([
    ['an empty list', anEnvelope([])],
    ['code 200 and no data', '{"code":"200","error":"null","msg":"0 records were found"}'],
    ['code 200 and data null', anEnvelope(null)],
    ['code 200 and an empty text', anEnvelope('')],
    ['code 200 and an empty object', anEnvelope({})],
    ['an empty code and no data', '{"code":"","error":"null","msg":""}'],
    ['no code and data null', '{"error":null,"msg":"","data":null}'],
    ['a bare empty list', '[]'],
  ] as const)('%s means that no agents are there', async ([_what, body], { task }) => {
    const result = await send(body, { ended: hasEnded })
    recordFigures(task, 'none', result)
    const { samples, ...outcome } = outcomeOf(result)
    expect(outcome).toEqual({ up: 1, records: 0, failures: {}, rejectedRecords: {}, rejectedValues: {} })
    expect(samples).toEqual([])
    expectAllAgents(result)
  })

  it.for([
    ['one object as data', anEnvelope(aRecord())],
    ['a bare list', JSON.stringify([aRecord()])],
    ['an object with a number for its key', anEnvelope({ 7: aRecord() })],
  ] as const)('%s means its records', async ([_what, body], { task }) => {
    const result = await send(body, { ended: hasEnded })
    recordFigures(task, 'none', result)
    expect(outcomeOf(result)).toMatchObject({ up: 1, records: 1, failures: {}, rejectedRecords: {} })
    expect(outcomeOf(result).samples).toHaveLength(16)
    expectAllAgents(result)
  })
})

describe.concurrent('a report without readable records', () => {
  it('is malformed, but its records are counted', async ({ task }) => {
    const result = await send(anEnvelope([null, true, [], {}]))
    recordFigures(task, 'malformed', result)
    expectFailedAndRecovered(result, 'malformed')
    const { not_an_object, missing_id } = growth(
      result.before,
      result.after,
      'wolkvox_rejected_records_total',
    )
    expect(not_an_object).toBeGreaterThanOrEqual(3)
    expect(not_an_object).toBe((missing_id ?? 0) * 3)
  })

  it.for([
    ['data that is a text', '{"code":200,"data":"no agents"}'],
    ['data that is a number', '{"code":200,"data":0}'],
    ['data that is true', '{"code":200,"data":true}'],
    ['no code and no data', '{"msg":"hello"}'],
  ] as const)('%s is malformed', async ([_what, body], { task }) => {
    const result = await send(body)
    recordFigures(task, 'malformed', result)
    expectFailedAndRecovered(result, 'malformed')
  })
})
