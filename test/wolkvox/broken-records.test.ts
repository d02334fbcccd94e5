import { describe, expect, it } from 'vitest'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { UNPARSABLE } from '../../src/wolkvox/parse.ts'
import { recordsOf } from '../../src/wolkvox/response.ts'
import { aRecord } from '../../tools/fixtures.ts'
import fc from '../support/fast-check.ts'

const record = (id: number) => JSON.stringify(aRecord({ agent_id: String(id), agent_name: `Name ${id}` }))

const enveloped = (data: string) => `{"code":200,"error":null,"msg":"3 records were found","data":${data}}`
const asObject = (records: readonly string[]) =>
  `{${records.map((text, index) => `"${index * 2}":${text}`).join(',')}}`

/** The ways in which records come. */
const forms: Record<string, (records: readonly string[]) => string> = {
  'data of an envelope': (records) => enveloped(`[${records.join(',')}]`),
  'a bare list': (records) => `[${records.join(',')}]`,
  'data that is an object': (records) => enveloped(asObject(records)),
  'a bare object': asObject,
  'data before the code': (records) => `{"data":[${records.join(',')}],"code":200,"msg":"x"}`,
  'a list with white space': (records) => enveloped(`[\n  ${records.join(' ,\r\n\t')}\n]`),
}

/** @returns the names of the records that were read, and how many were not */
function read(text: string): { names: unknown[]; unparsable: number } {
  const records = [
    ...recordsOf({ status: 200, body: Buffer.from(text), fetchedAt: 0 }, (said) => said).records,
  ]
  const good = records.filter((found) => found !== UNPARSABLE) as Record<string, unknown>[]
  return { names: good.map(({ agent_name }) => agent_name), unparsable: records.length - good.length }
}

function failureOf(text: string): WolkvoxFailure {
  try {
    read(text)
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error
    throw error
  }
  throw new Error('the response was accepted as a report')
}

/** Kinds of damage to one record. */
const damages: Record<string, (text: string) => string> = {
  'a raw line feed in a text': (text) => text.replace('Name', 'Na\nme'),
  'a raw tab in a text': (text) => text.replace('Name', 'Na\tme'),
  'a raw NUL in a text': (text) => text.replace('Name', 'Na\0me'),
  'a JavaScript escape of a quote': (text) => text.replace('Name', "O\\'Name"),
  'an escape that JSON does not have': (text) => text.replace('Name', '\\x41Name'),
  'half an escape': (text) => text.replace('Name', '\\u00'),
  'a bare NaN': (text) => text.replace('"10"', 'NaN'),
  'a bare Infinity': (text) => text.replace('"10"', '-Infinity'),
  'a bare undefined': (text) => text.replace('"10"', 'undefined'),
  'a missing value': (text) => text.replace('"10"', ''),
  'a leading zero': (text) => text.replace('"10"', '010'),
  'a decimal comma': (text) => text.replace('"10"', '10,5'),
  'a comma before the brace': (text) => text.replace('}', ',}'),
  'keys without quotes': (text) => text.replaceAll(/"(calls|inbound)":/g, '$1:'),
  'quotes within a text': (text) => text.replace('Name', 'El "Rayo" Name'),
  'one quote within a text': (text) => text.replace('Name', '5" Name'),
  'three quotes within a text': (text) => text.replace('Name', '"5" "Name'),
  'a backslash at the end of a text': (text) => text.replace('READY', 'READY\\'),
  'no quote at the end of a text': (text) => text.replace('"READY"', '"READY'),
  'a comment': (text) => text.replace('{', '{/* agent */'),
  'a brace too many': (text) => `${text}}`,
  'a bracket too many': (text) => `${text}]`,
  'no brace at its end': (text) => text.slice(0, -1),
  'only its first half': (text) => text.slice(0, 60),
  'only its first half, and no quote': (text) => text.slice(0, 45),
  'a PHP warning after it': (text) => `${text}<br />\n<b>Warning</b>: Undefined index in x.php`,
}

/** Damage that looks like a truncated response, or like a response with trailing text. */
const ambiguous: Record<string, { middle: string[]; last: string[] }> = {
  'no brace at its end': {
    middle: ['data that is an object'],
    last: ['data that is an object', 'a bare object', 'a bare list'],
  },
  'only its first half': {
    middle: ['data that is an object'],
    last: ['data that is an object', 'a bare object', 'a bare list'],
  },
  'only its first half, and no quote': { middle: [], last: ['a bare object', 'a bare list'] },
  'a brace too many': {
    middle: ['data that is an object', 'a bare object'],
    last: ['data that is an object', 'a bare object'],
  },
}

describe.each(Object.entries(damages))('a record with %s', (damage, breakIt) => {
  const { middle, last } = ambiguous[damage] ?? { middle: [], last: [] }
  const names = [1, 2, 3, 4, 5].map((id) => `Name ${id}`)
  const records = [1, 2, 3, 4, 5].map(record)
  const brokenAt = (place: number) => records.with(place, breakIt(records[place] ?? ''))

  it.each(Object.entries(forms))('loses only that record, in %s', (form, wrap) => {
    for (const place of [0, 1, 2, 3]) {
      const text = wrap(brokenAt(place))
      if (middle.includes(form)) expect(failureOf(text).reason).toBe('malformed')
      else expect(read(text)).toEqual({ names: names.toSpliced(place, 1), unparsable: 1 })
    }
  })

  it.each(Object.entries(forms))('loses only that record if it is the last, in %s', (form, wrap) => {
    const text = wrap(brokenAt(4))
    if (last.includes(form)) expect(failureOf(text).reason).toBe('malformed')
    else expect(read(text)).toEqual({ names: names.slice(0, -1), unparsable: 1 })
  })

  it.each(Object.entries(forms))('loses that record if it is the only one, in %s', (form, wrap) => {
    const text = wrap([breakIt(record(1))])
    if (last.includes(form)) expect(failureOf(text).reason).toBe('malformed')
    else expect(read(text)).toEqual({ names: [], unparsable: 1 })
  })
})

describe('broken records', () => {
  it('of every kind and in any position do not affect others', () => {
    // A comment hides the beginning of a record, so two such records in a row look like one.
    const { 'a comment': _hidden, ...others } = damages
    const kinds = Object.values(others)
    const broken = fc.array(fc.tuple(fc.nat(299), fc.nat(kinds.length - 1)), { maxLength: 12 })
    const wrap = forms['data of an envelope'] ?? String
    fc.assert(
      fc.property(broken, (places) => {
        const damaged = new Map(places)
        const records = Array.from({ length: 300 }, (_, id) => {
          const damage = kinds[damaged.get(id) ?? -1]
          return damage === undefined ? record(id) : damage(record(id))
        })
        const names = records.flatMap((_, id) => (damaged.has(id) ? [] : [`Name ${id}`]))
        expect(read(wrap(records))).toEqual({ names, unparsable: damaged.size })
      }),
      { numRuns: 1000 },
    )
  })

  it('are counted one by one if all records are broken', () => {
    const records = [1, 2, 3].map((id) => record(id).replace('Name', 'Na\nme'))
    for (const wrap of Object.values(forms)) expect(read(wrap(records))).toEqual({ names: [], unparsable: 3 })
  })

  it('can be as many as a response can contain', () => {
    const records = Array.from({ length: 60_000 }, (_, id) => record(id).replace('Name', 'Na\tme'))
    expect(read(enveloped(`[${records.join()}]`))).toEqual({ names: [], unparsable: 60_000 })
  })
})

describe('a list', () => {
  it('may end with a comma without losing a record', () => {
    for (const wrap of Object.values(forms)) {
      const text = wrap([record(1), record(2), '#']).replace(/,\s*(?:"4":)?#/, ',')
      expect(read(text)).toEqual({ names: ['Name 1', 'Name 2'], unparsable: 0 })
    }
  })

  it('of 60,000 records may end with a comma', () => {
    expect(read(`[${`${record(1)},`.repeat(60_000)}]`).names).toHaveLength(60_000)
  })

  it('may lack a comma between two records', () => {
    expect(read(enveloped(`[${record(1)}${record(2)}\n${record(3)},${record(4)}]`))).toEqual({
      names: ['Name 1', 'Name 2', 'Name 3', 'Name 4'],
      unparsable: 0,
    })
  })

  it('with an empty place has lost a record there', () => {
    expect(read(enveloped(`[${record(1)},,${record(2)}]`))).toEqual({
      names: ['Name 1', 'Name 2'],
      unparsable: 1,
    })
    expect(read('[,]')).toEqual({ names: [], unparsable: 1 })
  })
})

describe('a response that was cut off', () => {
  it.each(Object.entries(forms))(
    'is malformed wherever that was, as agents are missing: %s',
    (_form, wrap) => {
      const nested = record(3).replace('}', ',"more":[{"a":[1]}],"last":"x"}')
      for (const last of [record(3), nested]) {
        const text = wrap([record(1), record(2), last])
        const whole = text.trimEnd()
        for (let length = 0; length < whole.length; length += 1) {
          expect(failureOf(whole.slice(0, length)).reason).toBe('malformed')
        }
      }
    },
  )
})

describe('a broken record', () => {
  it.each([
    ['with another key', '[{"conn_id":"a"},{"conn_id":"b"},{"conn_id":"c"}]'],
    ['with the same key', '[{"agent_id":"7"},{"agent_id":"8"},{"agent_id":"9"}]'],
    ['in lists', '[[{"agent_id":"7"},{"agent_id":"8"}],[],{"agent_id":"9"}]'],
  ])('brings in no object that is nested in it, %s', (_how, list) => {
    for (const wrap of Object.values(forms)) {
      for (const damaged of [
        `{"agent_id":"1","list":${list},"calls":NaN}`,
        `{"agent_id":"1","list":${list},"agent_name":"5" x"}`,
        `{"agent_id":"1","agent_name":"a\nb","list":${list}}`,
      ]) {
        expect(read(wrap([damaged, record(2)]))).toEqual({ names: ['Name 2'], unparsable: 1 })
        expect(read(wrap([record(2), damaged, record(3)]))).toEqual({
          names: ['Name 2', 'Name 3'],
          unparsable: 1,
        })
      }
    }
  })

  it('is not seen in a response that is JSON, with records in other members', () => {
    for (const [data, names] of [
      [`[${record(1)}]`, ['Name 1']],
      [`{"0":${record(1)}}`, ['Name 1']],
    ] as const) {
      expect(read(`{"code":200,"data":${data},"5":${record(2)},"6":[${record(3)}]}`)).toEqual({
        names,
        unparsable: 0,
      })
    }
  })

  it('that may be many is too_large above the limit', () => {
    const pieces = '{"a":\n},'.repeat(8000)
    const spans = Array.from({ length: 10 }, () => `{"a":"${pieces}"}`)
    expect(failureOf(`[{"a":1},${spans.join()}]`).reason).toBe('too_large')
  })

  it.each(Object.entries(forms))(
    'of more than 64 KB costs only itself, wherever it is: %s',
    (_form, bodyOf) => {
      const long = record(7).replace('Name', 'x'.repeat(100_000))
      for (const place of [0, 1, 2]) {
        const records = [record(1), record(2)].toSpliced(place, 0, long)
        expect(read(bodyOf(records))).toEqual({ names: ['Name 1', 'Name 2'], unparsable: 1 })
      }
    },
  )

  it('that only seems to have more than 64 KB does not cost those after it', () => {
    const many = Array.from({ length: 1000 }, (_, index) => record(index))
    const odd = record(7777).replace('Name', '5" Name')
    const { names, unparsable } = read(
      `[${[...many.slice(0, 10), odd, ...many.slice(10, 990), odd, ...many.slice(990)].join(',')}]`,
    )
    expect([names.length, unparsable]).toEqual([1000, 2])
  })

  it('of 32 MB is not parsed: it takes little time and memory', () => {
    const long = `{"agent_id":"7","list":[${'{"k":"0"},'.repeat(3_200_000)}{}]}`
    const text = `[${long},${record(1)}]`
    const [startedAt, before] = [process.cpuUsage(), process.memoryUsage().heapUsed]
    expect(read(text)).toEqual({ names: ['Name 1'], unparsable: 1 })
    // Parsed, it takes seconds and hundreds of megabytes.
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(1500)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20)
  })

  it('of more than 64 KB alone is too_large', () => {
    expect(failureOf(`[{"a":"${'x'.repeat(70_000)}\n"}]`).reason).toBe('too_large')
  })
})

/** Kinds of damage to the first key of a record, which is used to find the others. */
const brokenStarts: Record<string, (text: string) => string> = {
  'no quote before its first key': (text) => text.replace('"agent_id', 'agent_id'),
  'no quote after its first key': (text) => text.replace('agent_id"', 'agent_id'),
  'single quotes around its first key': (text) => text.replace('"agent_id"', "'agent_id'"),
  'a raw line feed in its first key': (text) => text.replace('agent_id', 'agent\nid'),
  'no colon after its first key': (text) => text.replace(':', ''),
  'another first key and an odd quote': (text) => text.replace('"agent_id":', '"x":5","agent_id":'),
  'no brace at its beginning': (text) => text.slice(1),
  'a PHP warning before it': (text) => `<br />\n<b>Warning</b>: Undefined index "x" in x.php${text}`,
  'a PHP warning in its place': () => '<b>Warning</b>: Undefined index in x.php',
}

describe.each(Object.entries(brokenStarts))('a record with %s', (_damage, breakIt) => {
  const names = [1, 2, 3, 4, 5].map((id) => `Name ${id}`)
  const records = [1, 2, 3, 4, 5].map(record)

  it.each(Object.entries(forms))(
    'costs that record and no other, also as the first, in %s',
    (_form, wrap) => {
      for (const place of [0, 1, 2, 3]) {
        const text = wrap(records.with(place, breakIt(records[place] ?? '')))
        expect(read(text)).toEqual({ names: names.toSpliced(place, 1), unparsable: 1 })
      }
    },
  )

  it.each(Object.entries(forms))(
    'costs no other if the first and the second are broken, in %s',
    (_form, wrap) => {
      const text = wrap([breakIt(record(1)), record(2).replace('Name', '5" Name'), ...records.slice(2)])
      const { names: read2, unparsable } = read(text)
      expect(read2).toEqual(names.slice(2))
      expect(unparsable).toBeGreaterThanOrEqual(1)
    },
  )
})

describe('the last half of a record', () => {
  it.each(['data of an envelope', 'a bare list'])('costs no other as the first, in %s', (form) => {
    const found = read(forms[form]?.([record(1).slice(60), record(2), record(3)]) ?? '')
    expect(found.names).toEqual(['Name 2', 'Name 3'])
    // Each comma in it seems to end a record.
    expect(found.unparsable).toBeGreaterThanOrEqual(1)
  })
})

describe('a list without an envelope', () => {
  const named = (name: string) => JSON.stringify(aRecord({ agent_id: '9', agent_name: name }))
  const inLists = record(9).replace('}', ',"more":[{"a":[1,[2]]}],"last":"x"}')

  it.each([
    ['a bracket in a name', named('Ana]')],
    ['a brace and a bracket in a name', named('Ana}]')],
    ['a brace in a name', named('Ana}')],
    ['two braces in a name', named('Ana}}')],
    ['brackets in a name', named('[Ana] {x}')],
    ['lists in a record', inLists],
    ['lists in a record with an odd quote', inLists.replace('Name', '5" Name')],
    ['lists in a record that is not JSON', inLists.replace('"10"', 'NaN')],
  ])('is malformed wherever it is cut off, with %s', (_what, last) => {
    for (const wrap of [forms['a bare list'], forms['a bare object']]) {
      const whole = wrap?.([record(1), record(2), last]) ?? ''
      for (let length = 0; length < whole.length; length += 1) {
        expect(failureOf(whole.slice(0, length)).reason).toBe('malformed')
      }
    }
  })

  it.each([
    ['HTML', '<br /><b>Notice</b>: x'],
    ['a word', ' done'],
    ['a comma', ','],
    ['a brace', '}'],
    ['zeroes', '\0\0'],
    ['another list', `[${record(3)}]`],
    ['another object', '{"code":200}'],
    ['another record', `,${record(3)}`],
    ['half a record', `,${record(3).slice(0, 50)}`],
    ['a bracket and a word', '] done'],
  ])('is malformed with something after its bracket: %s', (_what, garbage) => {
    expect(failureOf(`[${record(1)},${record(2)}]${garbage}`).reason).toBe('malformed')
  })

  it('is read with white space after its bracket', () => {
    expect(read(`[${record(1)},${record(2)}]\r\n \t`)).toEqual({ names: ['Name 1', 'Name 2'], unparsable: 0 })
  })
})

describe('records merged with the members of an envelope', () => {
  const names = ['Name 1', 'Name 2']

  it.each([
    ['before the code', `{"0":${record(1)},"1":${record(2)},"code":200}`],
    ['after the code', `{"code":"200","error":null,"msg":"","0":${record(1)},"5":${record(2)}}`],
    ['around the code', ` {\n"3" : ${record(1)} , "code" : 200 ,"4":${record(2)} , "msg":"x" } `],
    [
      'with one that is broken',
      `{"0":${record(1)},"1":${record(3).replace('Name', 'Na\nme')},"2":${record(2)},"code":200}`,
    ],
  ])('are read: %s', (how, text) => {
    expect(read(text)).toEqual({ names, unparsable: how.includes('broken') ? 1 : 0 })
  })

  it('are read up to the most that one response can have', () => {
    const many = (count: number) =>
      `{${Array.from({ length: count }, (_, index) => `"${index}":{"agent_name":${index}}`)},"code":200}`
    expect(read(many(60_000)).names).toHaveLength(60_000)
    expect(failureOf(many(60_001)).reason).toBe('too_large')
  })

  it('are ignored if the code is a refusal', () => {
    expect(failureOf(`{"0":${record(1)},"code":403,"msg":"TOKEN LIMIT EXCEEDED"}`).reason).toBe(
      'quota_exceeded',
    )
  })

  it.each([
    ['without a code', `{"0":${record(1)},"total":1}`],
    ['cut off behind a record', `{"0":${record(1)},"1":${record(2)}`],
    ['cut off behind the code', `{"0":${record(1)},"code":200`],
    ['with text after it', `{"0":${record(1)},"code":200}<br />`],
    ['as lists', `{"0":[${record(1)}],"code":200}`],
    ['under another name', `{"agents":{"0":${record(1)}},"code":200}`],
  ])('are malformed, not empty: %s', (_how, text) => {
    expect(failureOf(text).reason).toBe('malformed')
  })
})

describe('an envelope', () => {
  it.each([
    ['a raw line feed in its message', '{"code":200,"msg":"2 records\nwere found","data":[1,2]}'],
    ['a JavaScript escape of a quote', '{"code":"200","msg":"it\\\'s fine","data":[1,2]}'],
    ['a bare NaN', '{"average":NaN,"code":200,"data":[1,2]}'],
    ['a bare undefined behind the records', '{"code":200,"data":[1,2],"next":undefined}'],
  ])('keeps its records with %s', (_damage, text) => {
    expect([
      ...recordsOf({ status: 200, body: Buffer.from(text), fetchedAt: 0 }, (said) => said).records,
    ]).toEqual([1, 2])
  })

  it.each([
    ['its code', '{"code":NaN,"data":[1,2]}'],
    ['its code, which came twice', '{"code":200,"code":2oo,"data":[1]}'],
    ['data that is no list', '{"code":200,"data":NaN}'],
    ['a key', '{"code":200,"a\nb":1,"data":[1]}'],
    ['the text that follows it', '{"code":200,"data":[1]}<br />'],
    ['a comma', '{"code":200 "data":[1]}'],
  ])('is malformed if %s is not JSON', (_damage, text) => {
    expect(failureOf(text).reason).toBe('malformed')
  })
})
