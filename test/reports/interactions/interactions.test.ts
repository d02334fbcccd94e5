import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { HASH_KEY } from '../../../tools/fixtures.ts'
import { anInteractionAgent } from '../../../tools/report-records.ts'
import { CLEAN, emptyBodies, envelopes, readBody, readData } from '../../support/read-body.ts'

const agent = 'agent_id="1001",agent_name=""'
const lineOf = (count: number) => `wolkvox_agent_active_interactions{${agent}} ${count}`

const interaction = {
  conn_id: 'i-1',
  subject: 'Fictitious subject',
  fromname: 'Mango',
  date: '2026-03-10 09:30:00',
}

const read = (active_interactions: unknown) =>
  readData('interactions', [anInteractionAgent({ active_interactions })])

describe('interactions', () => {
  it.each(Object.entries(envelopes))('come out counted: %s', async (_form, bodyOf) => {
    expect(await readBody('interactions', bodyOf([anInteractionAgent()]))).toEqual({
      lines: [lineOf(1)],
      ...CLEAN,
    })
  })

  it('can be of a single record', async () => {
    expect(await readData('interactions', anInteractionAgent())).toEqual({ lines: [lineOf(1)], ...CLEAN })
  })

  it.each(emptyBodies)('can be none: %s', async (body) => {
    expect(await readBody('interactions', body)).toEqual({ lines: [], ...CLEAN })
  })

  it.each([
    [[], 0],
    [{}, 0],
    [[null, '', '-'], 0],
    [[interaction], 1],
    [[interaction, interaction, interaction], 3],
    [{ 0: interaction, 4: interaction }, 2],
    [['i-1', 'i-2'], 2],
    [[5, true, [], {}, null], 4],
    [[{ conn_id: 'i-1' }, {}], 2],
  ])('are counted: %j is %d', async (active_interactions, count) => {
    expect(await read(active_interactions)).toEqual({ lines: [lineOf(count)], ...CLEAN })
  })

  it.each(['', '-', ' ', null])('without a value have no sample: %j', async (active_interactions) => {
    expect(await read(active_interactions)).toEqual({ lines: [], ...CLEAN })
  })

  it.each([5, '5', 'many', true, interaction, { '-1': interaction }, { '1.5': interaction }])(
    'that are %j are unreadable and counted',
    async (active_interactions) => {
      expect(await read(active_interactions)).toEqual({
        ...CLEAN,
        lines: [],
        rejected: { active_interactions: 1 },
      })
    },
  )

  it('are missing if no agent has them', async () => {
    const records = [{ agent_id: '1001' }, { agent_id: '1002', interactions: [] }]
    expect(await readData('interactions', records)).toEqual({
      ...CLEAN,
      lines: [],
      missing: ['active_interactions'],
    })
  })

  it('have their field in any case', async () => {
    const record = { Agent_ID: '1001', ' ACTIVE_INTERACTIONS ': [interaction] }
    expect(await readData('interactions', [record])).toEqual({ lines: [lineOf(1)], ...CLEAN })
  })

  it.each([
    ['1001', '1001', ''],
    [1001, '1001', ''],
    ['1001-Cóndor 001', '1001', 'Cóndor 001'],
    ['1001  -  Ñandú', '1001', 'Ñandú'],
    ['ext-1001', 'ext-1001', ''],
    ['1001-2', '1001-2', ''],
  ])('of the agent %j join with agents', async (agent_id, id, name) => {
    expect((await readData('interactions', [anInteractionAgent({ agent_id })])).lines).toEqual([
      lineOf(1).replace(agent, `agent_id="${id}",agent_name="${name}"`),
    ])
  })

  it('hide the name of the agent like the other reports', async () => {
    const records = [anInteractionAgent({ agent_id: '1001-Cóndor 001' })]
    const pseudonym = createHmac('sha256', HASH_KEY.reveal())
      .update('ventas\0name\0Cóndor 001')
      .digest('hex')
      .slice(0, 16)
    const hashed = await readData('interactions', records, { agentName: 'hash', hashKey: HASH_KEY })
    expect(hashed.lines).toEqual([lineOf(1).replace('agent_name=""', `agent_name="${pseudonym}"`)])
    expect((await readData('interactions', records, { agentName: 'omit' })).lines).toEqual([lineOf(1)])
  })

  it.each([undefined, null, '', '-', [], {}, true, 2 ** 60])(
    'need an agent: %j is missing_id',
    async (agent_id) => {
      const { lines, rejected } = await readData('interactions', [
        anInteractionAgent({ agent_id }),
        anInteractionAgent(),
      ])
      expect([lines, rejected]).toEqual([[lineOf(1)], { missing_id: 1 }])
    },
  )

  it('of the first of several records of an agent count', async () => {
    const records = [anInteractionAgent(), anInteractionAgent({ active_interactions: [] }), null, 'x', []]
    const { lines, rejected } = await readData('interactions', records)
    expect([lines, rejected]).toEqual([[lineOf(1)], { duplicate: 1, not_an_object: 3 }])
  })

  it('of other agents are read if a record is not JSON', async () => {
    const broken = JSON.stringify(anInteractionAgent({ agent_id: '7' })).replace(
      'Fictitious subject',
      'Fictitious\nsubject',
    )
    const body = `{"code":200,"data":[${JSON.stringify(anInteractionAgent())},${broken}]}`
    expect(await readBody('interactions', body)).toEqual({
      ...CLEAN,
      lines: [lineOf(1)],
      rejected: { unparsable: 1 },
    })
  })
})
