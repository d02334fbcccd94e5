import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agentFamilies } from '../../src/reports/agents/families.ts'
import { agents as agentsReport } from '../../src/reports/agents/index.ts'
import { reportNamed } from '../../src/reports/index.ts'
import { readRecords, readReport } from '../../src/reports/read-report.ts'
import { type AnyReport, defineReport, fieldGauge, numericFields } from '../../src/reports/report.ts'
import { Secret } from '../../src/secret.ts'
import { UNPARSABLE } from '../../src/wolkvox/parse.ts'
import { type Reader, readCount, readText, UNREADABLE } from '../../src/wolkvox/values.ts'
import { anEnvelope, anOperation, aRecord } from '../../tools/fixtures.ts'
import { FETCHED_AT, readAgents as read } from '../support/agents.ts'

const fields = Object.keys(numericFields(agentFamilies))

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

  it('counts dates in the future, which a wrong time zone causes', () => {
    // FETCHED_AT in Mexico City, an hour behind Bogotá. 5 minutes are tolerated.
    const timeZone = 'America/Mexico_City'
    const local = new Date(FETCHED_AT).toLocaleString('sv-SE', { timeZone: 'America/Bogota' })
    const records = [{ 'by_agent.agent_id': '1-A', 'by_agent.last_date': local }]
    const rejections = (zone: string, more: readonly object[] = []) =>
      readRecords(
        reportNamed('latency'),
        [...records, ...more],
        { ...anOperation(), timeZone: zone },
        FETCHED_AT,
      ).rejections
    expect(rejections('America/Bogota')).toEqual({ records: {}, values: {} })
    const other = [{ 'by_agent.agent_id': '2-B', 'by_agent.last_date': '0000-00-00 00:00:00' }]
    expect(rejections(timeZone, other)).toEqual({
      records: {},
      values: { 'by_agent.last_date': 2 },
      futureDates: 1,
    })
  })

  it('needs only its agent_id', () => {
    const { agents, columns, rejections } = read({ agent_id: 7 })
    expect(agents).toEqual([{ id: '7', name: '', state: '', category: 'unknown' }])
    expect(Object.values(columns)).toEqual(fields.map(() => [Number.NaN]))
    expect(rejections).toEqual({ records: {}, values: {} })
  })

  it.each(['', '-', ' ', null, undefined, true, [], {}, 2 ** 53])(
    'with %j for its agent_id is rejected: missing_id',
    (agent_id) => {
      expect(read(aRecord({ agent_id }), aRecord())).toMatchObject({
        agents: [{ id: '1001' }],
        rejections: { records: { missing_id: 1 } },
      })
    },
  )

  it.each([null, undefined, 'text', 5, true, [], [aRecord()]])(
    'that is %j is rejected: not_an_object',
    (record) => {
      expect(read(record, aRecord())).toMatchObject({
        agents: [{ id: '1001' }],
        rejections: { records: { not_an_object: 1 } },
      })
    },
  )

  it('that is rejected has no number in any column', () => {
    const { columns } = read(aRecord(), aRecord({ calls: 99 }), null, aRecord({ agent_id: '2', calls: 5 }))
    expect(columns.calls).toEqual([10, 5])
  })

  it('with the id of an earlier one is rejected and the first is kept: duplicate', () => {
    const { agents, rejections } = read(
      aRecord({ agent_name: 'first' }),
      aRecord({ agent_name: 'second' }),
      aRecord({ agent_id: ' 1001 ' }),
      aRecord({ agent_id: 1001 }),
    )
    expect(agents.map(({ name }) => name)).toEqual(['first'])
    expect(rejections.records).toEqual({ duplicate: 3 })
  })

  it('has the same id as another if they differ only in lone surrogates, which UTF-8 cannot express', () => {
    expect(
      read(aRecord({ agent_id: 'x\ud800' }), aRecord({ agent_id: 'x\udc00' })).rejections.records,
    ).toEqual({
      duplicate: 1,
    })
  })

  it('loses only its unreadable values, each counted under the name of the field', () => {
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

  it('loses a date and time in any time field, because it is not a duration', () => {
    const times = fields.filter((field) => field.includes('time'))
    expect(times).toHaveLength(9)
    const { columns, rejections } = read(
      aRecord(Object.fromEntries(times.map((field) => [field, '20261126080000']))),
    )
    expect(columns).toMatchObject(Object.fromEntries(times.map((field) => [field, [Number.NaN]])))
    expect(rejections.values).toEqual(Object.fromEntries(times.map((field) => [field, 1])))
  })

  it('with an unreadable state is counted and has the category unknown', () => {
    const { agents, rejections } = read(aRecord({ agent_status: ['READY'], agent_name: { first: 'x' } }))
    expect(agents[0]).toMatchObject({ name: '', state: '', category: 'unknown' })
    expect(rejections.values).toEqual({ agent_status: 1, agent_name: 1 })
  })

  it('can have unknown fields, also __proto__', () => {
    const record = JSON.parse(
      '{"agent_id":"1","calls":"3","__proto__":{"inbound":"9"},"constructor":1,"new_field":"x"}',
    )
    const { columns, rejections } = read(record)
    expect(columns).toMatchObject({ calls: [3], inbound: [Number.NaN] })
    expect(Object.keys(columns)).toEqual(fields)
    expect(rejections).toEqual({ records: {}, values: {} })
  })

  it('can have the id __proto__', () => {
    expect(
      read(aRecord({ agent_id: '__proto__' }), aRecord({ agent_id: 'constructor' })).agents,
    ).toHaveLength(2)
  })
})

interface Thing {
  readonly key: string
  readonly color: string
}

interface ThingOptions {
  readonly readSize?: Reader<number>
  /** The text of each thing. */
  readonly colorOf?: (key: string) => string
}

/** A report that is not about agents. Its records have a key, a color and a size, which is in two families. */
function thingsReport({ readSize = readCount, colorOf }: ThingOptions = {}): AnyReport {
  return defineReport<Thing>({
    name: 'things',
    path: '/things',
    defaultIntervalMs: 1,
    rowFields: ['color'],
    keyOf: (value) => {
      const key = value('key')
      return typeof key === 'string' ? key : undefined
    },
    createRowReader:
      ({ name }) =>
      (key, _value, take) => ({
        key: `${name} ${key}`,
        color: colorOf?.(key) ?? take('color', readText) ?? 'none',
      }),
    labelNames: ['key', 'color'],
    labelsOf: ({ key, color }) => ({ key, color }),
    families: [
      fieldGauge('size', 'wolkvox_thing_size', readSize, 'Size'),
      {
        ...fieldGauge('size', 'wolkvox_thing_double_size', readSize, 'Twice the size'),
        value: (size) => size * 2,
      },
      { name: 'wolkvox_thing_color', type: 'gauge', help: '', field: 'color', value: () => 1 },
      {
        name: 'wolkvox_things',
        type: 'gauge',
        help: '',
        labelNames: [],
        samples: (rows) => [{ labels: {}, value: rows.length }],
      },
    ],
    storedRow: z.object({ key: z.string(), color: z.string() }),
    privacyOf: () => '',
  })
}

const source = anOperation()

it('a server that repeats the token or the password of the proxy in a record does not make it a label', () => {
  const source = { name: 'ventas', timeZone: 'America/Bogota', agentName: 'plain' } as const
  const records = [
    aRecord({ agent_name: 'x test-token' }),
    aRecord({ agent_id: 'test-token' }),
    aRecord({ agent_id: '2', agent_name: 'y test-proxy-password' }),
  ]
  const { rows, rejections } = readRecords(agentsReport, records, source, FETCHED_AT, [
    new Secret('test-token'),
    new Secret('test-proxy-password'),
  ])
  expect(JSON.stringify(rows)).not.toMatch(/test-token|test-proxy-password/)
  expect(rejections).toEqual({ records: { missing_id: 1 }, values: { agent_name: 2 } })
})

describe('the records of any report', () => {
  it('are read with the key, the row reader and the fields of the report', () => {
    const records = [
      { key: 'a', color: 'red', size: '5' },
      { key: 'b', color: ' ', size: 7 },
      { key: 'c', color: {}, size: 'large' },
    ]
    expect(readRecords(thingsReport(), records, source, FETCHED_AT)).toEqual({
      rows: [
        { key: 'ventas a', color: 'red' },
        { key: 'ventas b', color: 'none' },
        { key: 'ventas c', color: 'none' },
      ],
      columns: { size: [5, 7, Number.NaN] },
      rejections: { records: {}, values: { color: 1, size: 1 } },
      excludedIds: [],
      missingFields: [],
    })
  })

  it('are rejected by the key of their own report', () => {
    const records = [{ agent_id: '1' }, { key: 'a' }, { key: 'a', size: 1 }, [], UNPARSABLE]
    const { rows, columns, rejections } = readRecords(thingsReport(), records, source, FETCHED_AT)
    expect(rows).toEqual([{ key: 'ventas a', color: 'none' }])
    expect(columns).toEqual({ size: [Number.NaN] })
    expect(rejections.records).toEqual({ missing_id: 1, duplicate: 1, not_an_object: 1, unparsable: 1 })
  })

  it('do not count a field of two families twice', () => {
    let reads = 0
    const readSize: Reader<number> = () => {
      reads += 1
      return UNREADABLE
    }
    const { rejections } = readRecords(thingsReport({ readSize }), [{ key: 'a' }], source, FETCHED_AT)
    expect([reads, rejections.values]).toEqual([1, { size: 1 }])
  })

  it('are read with the fetch time and the time zone of the operation', () => {
    const contexts: unknown[] = []
    const readSize: Reader<number> = (_value, context) => {
      contexts.push(context)
      return undefined
    }
    const inLima = { ...source, timeZone: 'America/Lima' }
    readRecords(thingsReport({ readSize }), [{ key: 'a' }], inLima, FETCHED_AT)
    expect(contexts).toEqual([{ fetchedAt: FETCHED_AT, timeZone: 'America/Lima' }])
  })
})

describe('the texts of all rows', () => {
  const LIMIT = 4 * 2 ** 20

  /** Reads two records whose rows have texts of so many bytes together. */
  function readTexts(bytes: number, character = 'x') {
    const identities = Buffer.byteLength('ventas aventas b')
    const characters = (bytes - identities) / Buffer.byteLength(character)
    const first = Math.floor(characters / 3)
    const lengths: Readonly<Record<string, number>> = { a: first, b: characters - first }
    const report = thingsReport({ colorOf: (key) => character.repeat(lengths[key] ?? 0) })
    const body = Buffer.from(anEnvelope([{ key: 'a' }, { key: 'b' }]))
    return readReport(report, { status: 200, body, fetchedAt: FETCHED_AT }, source)
  }

  it.each(['x', 'Ñ', '€'])('can have 4 MiB in UTF-8: %s', (character) => {
    const size = Buffer.byteLength(character)
    const bytes = LIMIT - ((LIMIT - 16) % size)
    expect(readTexts(bytes, character).snapshot).toMatchObject({ records: 2, fetchedAt: FETCHED_AT })
    expect(() => readTexts(bytes + size, character)).toThrow(
      expect.objectContaining({
        reason: 'too_large',
        message: `the texts of all records are larger than ${LIMIT} bytes together`,
      }),
    )
  })
})

describe('a snapshot', () => {
  it('has the number of all records and the size of the response', () => {
    const body = Buffer.from(anEnvelope([{ key: 'a' }, { key: 'a' }, {}, 5, { key: 'b' }]))
    const { snapshot, rejections } = readReport(
      thingsReport(),
      { status: 200, body, fetchedAt: FETCHED_AT },
      source,
    )
    expect(snapshot).toMatchObject({ fetchedAt: FETCHED_AT, records: 5, bytes: body.length })
    expect(snapshot.rows).toHaveLength(2)
    expect(rejections.records).toEqual({ duplicate: 1, missing_id: 1, not_an_object: 1 })
  })
})

it.each([
  ['URL-encoded', encodeURIComponent],
  ['in base64', (text: string) => Buffer.from(`user:${text}`).toString('base64')],
  ['in upper case', (text: string) => text.toUpperCase()],
  ['in hex', (text: string) => Buffer.from(text).toString('hex')],
  ['reversed', (text: string) => [...text].reverse().join('')],
  ['divided by a space', (text: string) => `${text.slice(0, 7)} ${text.slice(7)}`],
  ['escaped for HTML', (text: string) => text.replaceAll('t', '&#116;')],
  ['with accents', (text: string) => text.replaceAll('e', 'é')],
])('nor does it if the token is %s', (_, write) => {
  const source = { name: 'ventas', timeZone: 'UTC', agentName: 'plain' } as const
  const token = 'test/token+of a report'
  const records = [aRecord({ agent_name: `x ${write(token)}` }), aRecord({ agent_id: write(token) })]
  const { rows, rejections } = readRecords(agentsReport, records, source, FETCHED_AT, [new Secret(token)])
  expect(rows).toEqual([expect.objectContaining({ name: '' })])
  expect(rejections).toEqual({ records: { missing_id: 1 }, values: { agent_name: 1 } })
})
