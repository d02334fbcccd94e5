import { describe, expect, it } from 'vitest'
import { fieldReaders } from '../../src/exposition/agent-families.ts'
import { readRecords } from '../../src/wolkvox/records.ts'
import { aRecord } from '../support/helpers.ts'

const context = { fetchedAt: Date.UTC(2026, 2, 10, 15, 0, 0), timeZone: 'America/Bogota' }

const read = (...records: unknown[]) => readRecords(records, fieldReaders, context, (name) => name)

describe('a record', () => {
  it('becomes an agent with every field read', () => {
    expect(read(aRecord())).toEqual({
      agents: [
        {
          id: '1001',
          name: 'Cóndor 001',
          state: 'READY',
          category: 'ready',
        },
      ],
      columns: {
        calls: [10],
        inbound: [7],
        outbound: [2],
        internal: [1],
        time_state_now: [65],
        ready_time: [3600],
        inbound_time: [1800],
        outbound_time: [600],
        acw_time: [300],
        ring_time: [60],
        login_time: [7200],
        aht_time: [270],
        ocupation: [0.4286],
        aux_time: [900],
      },
      rejections: { records: {}, values: {} },
    })
  })

  it('needs nothing but its agent_id', () => {
    const { agents, columns, rejections } = read({ agent_id: 7 })
    expect(agents).toEqual([{ id: '7', name: '', state: '', category: 'unknown' }])
    expect(Object.values(columns)).toEqual(Object.keys(fieldReaders).map(() => [Number.NaN]))
    expect(rejections).toEqual({ records: {}, values: {} })
  })

  it.each(['', '-', ' ', null, undefined, true, [], {}, 2 ** 53])(
    'with %j for its agent_id is left out: missing_id',
    (agent_id) => {
      expect(read(aRecord({ agent_id }), aRecord())).toMatchObject({
        agents: [{ id: '1001' }],
        rejections: { records: { missing_id: 1 } },
      })
    },
  )

  it.each([null, undefined, 'text', 5, true, [], [aRecord()]])('%j is left out: not_an_object', (record) => {
    expect(read(record, aRecord())).toMatchObject({
      agents: [{ id: '1001' }],
      rejections: { records: { not_an_object: 1 } },
    })
  })

  it('that is left out leaves no number behind in any column', () => {
    const { columns } = read(aRecord(), aRecord({ calls: 99 }), null, aRecord({ agent_id: '2', calls: 5 }))
    expect(columns.calls).toEqual([10, 5])
  })

  it('with the id of one before it is left out, and the first stays: duplicate', () => {
    const { agents, rejections } = read(
      aRecord({ agent_name: 'first' }),
      aRecord({ agent_name: 'second' }),
      aRecord({ agent_id: ' 1001 ' }),
      aRecord({ agent_id: 1001 }),
    )
    expect(agents.map(({ name }) => name)).toEqual(['first'])
    expect(rejections.records).toEqual({ duplicate: 3 })
  })

  it('counts two ids as one when only halves of surrogate pairs tell them apart, as the wire cannot', () => {
    expect(
      read(aRecord({ agent_id: 'x\ud800' }), aRecord({ agent_id: 'x\udc00' })).rejections.records,
    ).toEqual({
      duplicate: 1,
    })
  })

  it('loses only the values that cannot be read, each counted under its own name', () => {
    const { agents, columns, rejections } = read(
      aRecord({ calls: 'many', ocupation: {}, acw_time: '12:99:00' }),
      aRecord({ agent_id: '2', calls: -1 }),
    )
    expect(agents).toHaveLength(2)
    expect(columns).toMatchObject({
      calls: [Number.NaN, Number.NaN],
      ocupation: [Number.NaN, 0.4286],
      acw_time: [Number.NaN, 300],
      inbound: [7, 7],
    })
    expect(rejections.values).toEqual({ calls: 2, ocupation: 1, acw_time: 1 })
  })

  it('loses a moment in any time field, as none of them is a duration', () => {
    const times = Object.keys(fieldReaders).filter((field) => field.includes('time'))
    expect(times).toHaveLength(9)
    const { columns, rejections } = read(
      aRecord(Object.fromEntries(times.map((field) => [field, '20261126080000']))),
    )
    expect(columns).toMatchObject(Object.fromEntries(times.map((field) => [field, [Number.NaN]])))
    expect(rejections.values).toEqual(Object.fromEntries(times.map((field) => [field, 1])))
  })

  it('whose state cannot be read is counted, and stands in the category unknown', () => {
    const { agents, rejections } = read(aRecord({ agent_status: ['READY'], agent_name: { first: 'x' } }))
    expect(agents[0]).toMatchObject({ name: '', state: '', category: 'unknown' })
    expect(rejections.values).toEqual({ agent_status: 1, agent_name: 1 })
  })

  it('may have fields that nobody asked for, __proto__ among them', () => {
    const record = JSON.parse(
      '{"agent_id":"1","calls":"3","__proto__":{"inbound":"9"},"constructor":1,"new_field":"x"}',
    )
    const { columns, rejections } = read(record)
    expect(columns).toMatchObject({ calls: [3], inbound: [Number.NaN] })
    expect(Object.keys(columns)).toEqual(Object.keys(fieldReaders))
    expect(rejections).toEqual({ records: {}, values: {} })
  })

  it('may be called __proto__', () => {
    expect(
      read(aRecord({ agent_id: '__proto__' }), aRecord({ agent_id: 'constructor' })).agents,
    ).toHaveLength(2)
  })
})
