import { describe, expect, it } from 'vitest'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { ValueTooLongError } from '../../src/wolkvox/json-scanner.ts'
import { UNPARSABLE } from '../../src/wolkvox/parse.ts'
import { TooManyRecordsError } from '../../src/wolkvox/record-list.ts'
import { recordsOf } from '../../src/wolkvox/response.ts'
import { splitResponse } from '../../src/wolkvox/response-splitter.ts'
import fc from '../support/fast-check.ts'

const shape = { nestedLists: ['by_agent', 'by_pbx'] }

/** The records of a response, with the names of the lists that it does not have. */
function read(text: string) {
  const response = { status: 200, body: Buffer.from(text), fetchedAt: 0 }
  const { records, missingLists } = recordsOf(response, (said) => said, shape)
  return { records: [...records], missingLists }
}

/** What is read of a response with this value for its data. */
const readData = (data: unknown) => read(JSON.stringify({ code: 200, error: null, msg: '', data }))

const agents = [
  { agent_id: '1', ip: '192.0.2.1' },
  { agent_id: '2', ip: '192.0.2.2' },
]
const addresses = [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }]
const trunks = [{ user: 'trunk-1' }]
const lists = { by_agent: agents, by_ip: addresses, by_pbx: trunks }

const expected = [
  { 'by_agent.agent_id': '1', 'by_agent.ip': '192.0.2.1' },
  { 'by_agent.agent_id': '2', 'by_agent.ip': '192.0.2.2' },
  { 'by_pbx.user': 'trunk-1' },
]

const everything = { records: expected, missingLists: [] }

/** A list as PHP writes one with gaps. */
const keyed = (list: readonly unknown[]) =>
  Object.fromEntries(list.map((value, index) => [String(index * 2), value]))

describe('nested lists', () => {
  it.each([
    ['an object in a list, as documented', { code: 200, data: [lists] }],
    ['an object', { code: 200, data: lists }],
    ['a bare list', [lists]],
    ['a bare object', lists],
    ['members of the envelope', { code: '200', msg: '', ...lists }],
    ['members of the envelope, with empty data', { ...lists, code: '200', data: [] }],
    ['an object with numbers as keys', { code: 200, data: keyed([lists]) }],
    ['a bare object with numbers as keys', keyed([lists])],
    ['an object for each list', { data: [{ by_agent: agents }, { by_ip: addresses }, { by_pbx: trunks }] }],
    [
      'the list without records first',
      { data: [{ by_ip: addresses }, { by_agent: agents, by_pbx: trunks }] },
    ],
    [
      'several objects with the same list',
      { data: [{ by_agent: [agents[0]] }, { by_agent: [agents[1]], by_pbx: trunks }] },
    ],
    [
      'lists with numbers as keys',
      { data: [{ by_agent: keyed(agents), by_ip: keyed(addresses), by_pbx: keyed(trunks) }] },
    ],
    ['a single record instead of a list', { data: [{ by_agent: agents, by_pbx: trunks[0] }] }],
    [
      'names in another case, with spaces',
      { data: [{ By_Agent: agents, BY_IP: addresses, ' by_pbx ': trunks }] },
    ],
    [
      'further members',
      { data: [{ total: 3, note: 'x', more: { by_agent: [{ agent_id: '9' }] }, ...lists }] },
    ],
  ])('are read: %s', (_form, json) => {
    expect(read(JSON.stringify(json))).toEqual(everything)
    expect(read(`\ufeff ${JSON.stringify(json, null, '\t')}\n`)).toEqual(everything)
  })

  it.each([[[]], [''], [null], [{}], ['-'], [' ']])('can be empty: %j', (empty) => {
    expect(readData([{ by_agent: empty, by_ip: empty, by_pbx: empty }])).toEqual({
      records: [],
      missingLists: [],
    })
    expect(readData([{ by_agent: empty, by_pbx: trunks }])).toEqual({
      records: [expected[2]],
      missingLists: [],
    })
    expect(read(JSON.stringify({ by_agent: empty, by_pbx: empty }))).toEqual({
      records: [],
      missingLists: [],
    })
  })

  it.each([null, '', [], {}])('can be absent because the data is %j', (data) => {
    expect(readData(data)).toEqual({ records: [], missingLists: [] })
  })

  it('are missing if the response has another one', () => {
    expect(readData([{ agents, by_pbx: trunks }])).toEqual({
      records: [expected[2]],
      missingLists: ['by_agent'],
    })
    expect(readData([{ by_agent: agents }]).missingLists).toEqual(['by_pbx'])
  })

  it.each(['text', 5, true])('that are %j are one record, which is rejected later', (value) => {
    expect(readData([{ by_agent: value, by_pbx: trunks }])).toEqual({
      records: [value, expected[2]],
      missingLists: [],
    })
  })

  it('keep elements that are no objects, so that they are counted', () => {
    expect(readData([{ by_agent: [null, 'text', 5, [agents]], by_pbx: [] }]).records).toEqual([
      null,
      'text',
      5,
      [agents],
    ])
  })

  it('that an object repeats are all read', () => {
    const text = '{"data":[{"by_agent":[{"agent_id":"1"}],"by_agent":[{"agent_id":"2"}],"by_agent":[]}]}'
    expect(read(text).records).toEqual([{ 'by_agent.agent_id': '1' }, { 'by_agent.agent_id': '2' }])
  })

  it('of earlier data do not count, as in JSON.parse', () => {
    const text = `{"data":[{"by_agent":[{"agent_id":"9"}]}],"data":${JSON.stringify([lists])}}`
    expect(read(text)).toEqual(everything)
    expect(read(`{"data":${JSON.stringify([lists])},"data":null}`).records).toEqual([])
  })

  it('do not hide the code of a refusal', () => {
    for (const refusal of [
      { code: 403, msg: 'TOKEN LIMIT EXCEEDED', data: [lists] },
      { code: '403', msg: 'TOKEN LIMIT EXCEEDED', ...lists },
      { ...lists, code: '403', msg: 'TOKEN LIMIT EXCEEDED' },
    ]) {
      expect(() => read(JSON.stringify(refusal))).toThrow(
        expect.objectContaining({ reason: 'quota_exceeded' }),
      )
    }
  })

  it('are not looked for in the data of other reports', () => {
    const response = { status: 200, body: Buffer.from(JSON.stringify({ data: [lists] })), fetchedAt: 0 }
    expect([...recordsOf(response, (said) => said).records]).toEqual([lists])
  })

  it('are read as JSON.parse reads them, for any records', () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 })
    const records = fc.array(record, { maxLength: 5 })
    fc.assert(
      fc.property(records, fc.jsonValue(), records, (some, other, others) => {
        const text = JSON.stringify({ data: [{ by_agent: some, by_ip: other, by_pbx: others }] })
        const [data] = JSON.parse(text).data
        const prefixed = (list: 'by_agent' | 'by_pbx') =>
          data[list].map((found: object) =>
            Object.fromEntries(Object.entries(found).map(([name, value]) => [`${list}.${name}`, value])),
          )
        expect(read(text).records).toEqual([...prefixed('by_agent'), ...prefixed('by_pbx')])
      }),
    )
  })
})

describe('a broken record of a nested list', () => {
  const record = (id: number) => `{"agent_id":"${id}","type":"Wifi","platform":"app"}`
  const damages: Readonly<Record<string, (text: string) => string>> = {
    'a raw line feed': (text) => text.replace('Wifi', 'Wi\nfi'),
    'a missing value': (text) => text.replace('"app"', ''),
    'one quote in a text': (text) => text.replace('Wifi', '5" Wifi'),
    'quotes in a text': (text) => text.replace('Wifi', '"5" "Wifi'),
    'a backslash at the end of a text': (text) => text.replace('app', 'app\\'),
    'no brace at its end': (text) => text.slice(0, -1),
    'a bare NaN': (text) => text.replace('"app"', 'NaN'),
  }
  const places = [0, 1, 2]
  const cases = Object.entries(damages).flatMap(([how, damage]) =>
    places.flatMap((place) => ['few', 'many'].map((after) => ({ how, damage, place, after }))),
  )

  it.each(cases)(
    'costs only that record: $how, at $place, before $after addresses',
    ({ damage, place, after }) => {
      const records = places.map(record).map((text, index) => (index === place ? damage(text) : text))
      const ips = JSON.stringify(
        Array.from({ length: after === 'few' ? 2 : 5000 }, (_, index) => ({
          ip: `192.0.2.${index % 9}`,
          agent_id: 'x',
        })),
      )
      const text = `{"code":200,"data":[{"by_agent":[${records.join(',')}],"by_ip":${ips},"by_pbx":[{"user":"t"},{"user":"u"}]}]}`
      const found = read(text).records
      expect(found.filter((one) => one === UNPARSABLE)).toHaveLength(1)
      expect(found.filter((one) => one !== UNPARSABLE)).toEqual([
        ...places
          .filter((id) => id !== place)
          .map((id) => ({
            'by_agent.agent_id': String(id),
            'by_agent.type': 'Wifi',
            'by_agent.platform': 'app',
          })),
        { 'by_pbx.user': 't' },
        { 'by_pbx.user': 'u' },
      ])
    },
  )

  it.each(Object.entries(damages))('costs only that record in the last list: %s', (_how, damage) => {
    for (const end of ['}]}', '}}', '}', '}]']) {
      const begin = { '}]}': '{"data":[{', '}}': '{"data":{', '}': '{', '}]': '[{' }[end]
      const found = read(
        `${begin}"by_agent":[${record(1)}],"by_pbx":[${record(2)},${damage(record(3))}]${end}`,
      ).records
      expect(found).toEqual([
        expect.objectContaining({ 'by_agent.agent_id': '1' }),
        expect.objectContaining({ 'by_pbx.agent_id': '2' }),
        UNPARSABLE,
      ])
    }
  })

  it('costs nothing in a list that is not read', () => {
    for (const damage of [...Object.values(damages)]) {
      const ips = `[${record(7)},${damage(record(8))},${record(9)}]`
      expect(
        read(`{"data":[{"by_agent":[${record(1)}],"by_ip":${ips},"by_pbx":[{"user":"t"}]}]}`).records,
      ).toEqual([expect.objectContaining({ 'by_agent.agent_id': '1' }), { 'by_pbx.user': 't' }])
    }
  })

  it('does not make a truncated response look complete', () => {
    const whole = JSON.stringify({ code: 200, data: [lists] })
    for (let length = 1; length < whole.length; length += 1) {
      expect(() => read(whole.slice(0, length)), whole.slice(0, length)).toThrow(WolkvoxFailure)
    }
  })
})

describe('the bounds of nested lists', () => {
  const inData = (lists: string) => Buffer.from(`{"code":200,"data":[{${lists}}]}`)
  const split = (bytes: Uint8Array) => splitResponse(bytes, 60_000, shape)
  const records = (count: number) => `[${Array.from({ length: count }, () => '{}').join(',')}]`

  it('count the records of all lists', () => {
    expect(split(inData(`"by_agent":${records(59_999)},"by_pbx":${records(1)}`)).nested).toHaveLength(2)
    const tooMany = [
      `"by_agent":${records(59_999)},"by_pbx":${records(2)}`,
      `"by_agent":${records(60_000)},"by_pbx":{"user":"t"}`,
      `"by_agent":${records(30_000)},"by_agent":${records(30_001)}`,
    ]
    for (const lists of tooMany) {
      expect(() => split(inData(lists))).toThrow(TooManyRecordsError)
      expect(() => split(Buffer.from(`{${lists}}`))).toThrow(TooManyRecordsError)
    }
    const inObjects = `"by_agent":${records(30_000)}},{"by_agent":${records(30_001)}`
    expect(() => split(inData(inObjects))).toThrow(TooManyRecordsError)
  })

  it.each([
    ['a record without end', `"by_agent":[{"x":"${'x'.repeat(200_000)}"}]`],
    ['a record without end in place of a list', `"by_agent":{"x":"${'x'.repeat(200_000)}"}`],
    ['a text in place of a list', `"by_pbx":"${'x'.repeat(200_000)}"`],
    ['a depth without end', `"by_pbx":[${'['.repeat(200_000)}`],
  ])('reject a response before parsing: %s', (_what, lists) => {
    expect(() => split(inData(lists))).toThrow(ValueTooLongError)
  })

  it('hold for an empty list that is repeated without end', () => {
    const { nested } = split(inData(`${'"by_agent":[],'.repeat(100_000)}"by_pbx":[]`))
    expect(nested.map(({ list }) => list)).toEqual(['by_agent', 'by_pbx'])
  })

  it('skip 32 MiB of addresses in a fraction of the time of parsing them', () => {
    const address = '{"ip":"192.0.2.1","latency_ms":"87","version":"4.2.1"}'
    const addresses = `[${`${address},`.repeat(Math.ceil(2 ** 25 / address.length))}${address}]`
    const bytes = inData(`"by_agent":[{"agent_id":"1"}],"by_ip":${addresses},"by_pbx":[{"user":"t"}]`)
    const startedAt = process.cpuUsage()
    expect(split(bytes).nested).toHaveLength(2)
    const { user } = process.cpuUsage(startedAt)
    // About 0.15 s on two cores. Parsing takes more than 1 s and hundreds of megabytes.
    expect(user / 1000).toBeLessThan(1000)
  })
})
