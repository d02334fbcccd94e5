import { describe, expect, it } from 'vitest'
import { createRecordFields } from '../../src/reports/record-fields.ts'
import fc from '../support/fast-check.ts'

/** The values of a field in some records, and the fields that are missing then. */
function find(field: string, records: readonly object[], spellings: Record<string, readonly string[]> = {}) {
  const fields = createRecordFields({ spellings })
  const values = records.map((record) => fields.valueOf(record as Record<string, unknown>, field))
  return { values, missing: fields.missing() }
}

describe('the field of a record', () => {
  it.each([
    ['calls', { calls: '5' }],
    ['calls', { CALLS: '5' }],
    ['calls', { ' Calls\t': '5' }],
    ['calls', { other: '1', cAlLs: '5' }],
    ['busy/congestion/failed', { 'Busy/Congestion/Failed': '5' }],
    ['by_agent.calls', { 'by_agent.Calls': '5' }],
    ['by_agent.calls', { 'by_agent.x': '1', 'by_agent.CALLS': '5' }],
  ])('%s is found in %j', (field, record) => {
    expect(find(field, [record])).toEqual({ values: ['5'], missing: [] })
  })

  it('is found under tolerated other names, in any case', () => {
    const spellings = { ocupation: ['occupation', 'occupancy'] }
    const records = [{ Occupation: 1 }, { OCCUPANCY: 2 }, { ocupation: 3 }, { 'occu pation': 4 }]
    expect(find('ocupation', records, spellings)).toEqual({ values: [1, 2, 3, undefined], missing: [] })
  })

  it('is the one with the usual name if there are several', () => {
    expect(
      find('calls', [
        { CALLS: 1, calls: 2 },
        { CALLS: 1, calls: null },
      ]).values,
    ).toEqual([2, null])
  })

  it('is another spelling in each record, and the first one if a record has several', () => {
    expect(
      find('calls', [{ CALLS: 1 }, { Calls: 2 }, { Calls: 4, CALLS: 3 }, {}, { calls: 5 }]).values,
    ).toEqual([1, 2, 3, undefined, 5])
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('is not %s by inheritance', (name) => {
    expect(find('calls', [JSON.parse(`{"${name}":{"calls":1}}`)])).toEqual({
      values: [undefined],
      missing: ['calls'],
    })
  })

  it('is null if it is null, which is not missing', () => {
    expect(find('calls', [{ calls: null }])).toEqual({ values: [null], missing: [] })
  })

  it('can be any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('calls', 'CALLS', ' calls '), (value, name) => {
        expect(find('calls', [JSON.parse(JSON.stringify({ [name]: value }))]).values).toEqual([
          JSON.parse(JSON.stringify(value)),
        ])
      }),
    )
  })

  it('is found without errors in any records', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())), (records) => {
        const { values } = find('calls', records)
        expect(values).toEqual(
          records.map((record) => {
            const name = Object.keys(record).find((key) => key.trim().toLowerCase() === 'calls')
            return name === undefined ? undefined : record[name]
          }),
        )
      }),
    )
  })
})

describe('a missing field', () => {
  it('is one that no record has', () => {
    expect(find('calls', [{ a: 1 }, { a: 1 }]).missing).toEqual(['calls'])
    expect(find('calls', [{ a: 1 }, { calls: 1 }, { a: 1 }]).missing).toEqual([])
  })

  it('is not one of a report without records, or one that was not looked for', () => {
    expect(find('calls', []).missing).toEqual([])
  })

  it('of a nested list is none if the list has no records', () => {
    expect(find('by_agent.calls', [{ 'by_pbx.user': 1 }, {}])).toEqual({
      values: [undefined, undefined],
      missing: [],
    })
    expect(find('by_agent.calls', [{ 'by_pbx.user': 1 }, { 'by_agent.other': 1 }]).missing).toEqual([
      'by_agent.calls',
    ])
  })
})

it('is found under another spelling after any number of unknown names', () => {
  const unknown = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`f${index}`, 1]))
  const spelled = Array.from({ length: 30 }, (_, index) => ({ [`${' '.repeat(index)}CALLS`]: index }))
  const records = [{ ...unknown, Calls: 1 }, { CALLS: 2 }, ...spelled, { ...unknown, CALLS: 3 }]
  const fields = createRecordFields({})
  for (const [index, record] of records.entries()) {
    expect(fields.valueOf(record, 'calls')).toBe(Object.values(record).at(-1))
    if (index === 1) expect(fields.valueOf(record, 'inbound')).toBe(undefined)
  }
  expect(find('inbound', [{ ...unknown, Inbound: 7 }]).values).toEqual([7])
})

it('any number of names takes a bounded time', () => {
  const hostile = Object.fromEntries(
    Array.from({ length: 1500 }, (_, index) => [`${' '.repeat(index)}CALLS`, index]),
  )
  const fields = createRecordFields({})
  const startedAt = process.cpuUsage()
  for (let index = 0; index < 100; index += 1) fields.valueOf({ ...hostile }, 'inbound')
  for (let index = 0; index < 20_000; index += 1) fields.valueOf({ a: 1 }, 'calls')
  expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(2000)
})
