import { describe, expect, it } from 'vitest'
import { JsonSyntaxError, ValueTooLongError } from '../../src/wolkvox/json-scanner.ts'
import { TooManyRecordsError } from '../../src/wolkvox/record-list.ts'
import { splitResponse } from '../../src/wolkvox/response-splitter.ts'
import fc from '../support/fast-check.ts'

/** The envelope and its records, joined again. */
function together(text: string, maxRecords = 1000): { envelope: unknown; records: unknown[] } {
  const bytes = Buffer.from(text)
  const { envelope, spans } = splitResponse(bytes, maxRecords)
  const records: unknown[] = []
  for (let index = 0; index < spans.length; index += 2) {
    records.push(JSON.parse(bytes.subarray(spans[index], spans[index + 1]).toString()))
  }
  return { envelope: JSON.parse(Buffer.from(envelope).toString()), records }
}

/** Whether the text is JSON, by the parser that everybody knows. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

function isJsonInParts(text: string): boolean {
  try {
    together(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonSyntaxError) return false
    throw error
  }
}

const spaced = fc
  .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', '\r\n'))
  .map(([value, space]) => JSON.stringify(value, null, space))

describe('taking a response apart', () => {
  it('gives the envelope with an empty list, and each record', () => {
    expect(together('{"code":200,"data":[{"a":1},[2],"3",null],"msg":"x"}')).toEqual({
      envelope: { code: 200, data: [], msg: 'x' },
      records: [{ a: 1 }, [2], '3', null],
    })
  })

  it('gives the records of a bare list', () => {
    expect(together(' [{"a":1}, 2 ]\n')).toEqual({ envelope: [], records: [{ a: 1 }, 2] })
  })

  it('passes over white space, a byte order mark, and brackets and quotes within texts', () => {
    const record = '{"name":"]}[{\\",\\\\"}'
    expect(together(`\ufeff \r\n\t{ "data" : [ ${record} , ${record} ] }`).records).toEqual([
      JSON.parse(record),
      JSON.parse(record),
    ])
  })

  it('leaves data that is not a list of records in the envelope', () => {
    expect(together('{"data":{"data":[1,2]}}')).toEqual({ envelope: { data: { data: [1, 2] } }, records: [] })
    expect(together('"text"')).toEqual({ envelope: 'text', records: [] })
  })

  it('takes the last of two lists, as JSON.parse does', () => {
    expect(together('{"data":[1,2],"data":[3]}').records).toEqual([3])
  })

  it('agrees with JSON.parse on any response', () => {
    fc.assert(
      fc.property(fc.array(spaced), spaced, (records, msg) => {
        const text = `{"code": 200, "msg":${msg},"data": [${records.join(' ,')}]}`
        expect(together(text)).toEqual({
          envelope: { code: 200, msg: JSON.parse(msg), data: [] },
          records: records.map((record) => JSON.parse(record)),
        })
      }),
    )
  })

  it('takes an object whose keys are all whole numbers for a list, as data and as the whole response', () => {
    const list = '{ "0" : {"a":1},"2":[2] ,\n"1001": "3","007":null}'
    const records = [{ a: 1 }, [2], '3', null]
    expect(together(`{"code":200,"data":${list},"msg":"x"}`)).toEqual({
      envelope: { code: 200, data: [], msg: 'x' },
      records,
    })
    expect(together(list)).toEqual({ envelope: [], records })
  })

  it.each([
    ['a key that is a word', '{"0":{"a":1},"total":{"a":2}}'],
    ['a key below zero', '{"0":{"a":1},"-1":{"a":2}}'],
    ['a key with a fraction', '{"1.5":{"a":1}}'],
    ['an empty key', '{"":{"a":1}}'],
    ['a key in digits of another script', '{"٣":{"a":1}}'],
    ['an escaped key', '{"\\u0030":{"a":1}}'],
    ['no key', '{}'],
  ])('leaves an object in the envelope that has %s', (_key, object) => {
    expect(together(`{"data":${object}}`)).toEqual({
      envelope: { data: JSON.parse(object) },
      records: [],
    })
    expect(together(object)).toEqual({ envelope: JSON.parse(object), records: [] })
  })

  it('agrees with JSON.parse on any list with gaps', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), fc.array(spaced), (keys, values) => {
        const members = keys.map((key, index) => `"${key}": ${values[index] ?? 'null'}`)
        const text = `{"data":{${members.join(' ,')}}, "code":200}`
        expect(together(text)).toEqual({
          envelope: { data: [], code: 200 },
          records: keys.map((_, index) => JSON.parse(values[index] ?? 'null')),
        })
      }),
    )
  })

  it('passes over several byte order marks, one for each file of PHP', () => {
    expect(together('\ufeff\n\ufeff\ufeff [1]').records).toEqual([1])
  })

  it.each([
    ['a list', '[{"a":1}{"a":2},{"a":3}]'],
    ['an object with numeric keys', '{"0":{"a":1}"1":{"a":2},"2":{"a":3}}'],
    ['such an object whose records begin differently', '{"0":{"a":1}"1":{"b":2},"2":{"b":3}}'],
    ['such an object, with white space', '{"0":{"a":1}\n "1" : {"a":2}, "2":{"a":3}}'],
  ])('does not take records without a comma between them for valid ones, in %s', (_form, data) => {
    expect(isJsonInParts(`{"code":200,"data":${data}}`)).toBe(false)
    expect(isJsonInParts(data)).toBe(false)
  })

  it('accepts a damaged response exactly if JSON.parse does', () => {
    const damaged = fc
      .tuple(
        fc.array(spaced, { maxLength: 3 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', ',', ']', '}', '[', '{', '"', '\\', ' ', '1', ':'),
        fc.constantFrom(['[', ']'], ['{', '}']),
      )
      .map(([records, at, length, instead, [open, close]]) => {
        const elements = open === '[' ? records : records.map((record, index) => `"${index}":${record}`)
        const text = `{"code":200,"data":${open}${elements.join(',')}${close}}`
        const place = at % text.length
        return text.slice(0, place) + instead + text.slice(place + length)
      })
    fc.assert(
      fc.property(damaged, (text) => {
        expect(isJsonInParts(text)).toBe(isJson(text))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a response that cannot be a report', () => {
  const megabytes = (unit: string, count: number) => unit.repeat(Math.ceil((count * 2 ** 20) / unit.length))
  const within = (shape: string) => [`{"code":200,"data":[${shape}]}`, `[${shape}]`]
  const withinObject = (shape: string) => [`{"code":200,"data":{${shape}}}`, `{${shape}}`]

  it.each([
    ['numbers without end', `${megabytes('0,', 32)}0`, TooManyRecordsError],
    ['lists without end', `${megabytes('[],', 32)}[]`, TooManyRecordsError],
    ['objects without end', `${megabytes('{},', 32)}{}`, TooManyRecordsError],
    ['a depth without end', megabytes('[', 32), ValueTooLongError],
    ['objects in objects without end', megabytes('{"a":', 32), ValueTooLongError],
    ['a text without end', `"${megabytes('x', 32)}`, ValueTooLongError],
    ['a number without end', megabytes('9', 32), ValueTooLongError],
  ])('is rejected before parsing: %s', (_shape, shape, error) => {
    for (const text of within(shape)) {
      expect(() => splitResponse(Buffer.from(text), 60_000)).toThrow(error)
    }
  })

  it.each([
    ['numbers without end', `${megabytes('"0":0,', 32)}"1":0`, TooManyRecordsError],
    ['lists without end', `${megabytes('"7":[],', 32)}"1":[]`, TooManyRecordsError],
    ['objects without end', `${megabytes('"42":{},', 32)}"1":{}`, TooManyRecordsError],
    ['a depth without end', `"0":${megabytes('[', 32)}`, ValueTooLongError],
    ['objects in objects without end', megabytes('"0":{', 32), ValueTooLongError],
    ['a text without end', `"0":"${megabytes('x', 32)}`, ValueTooLongError],
    ['a key without end', `"${megabytes('0', 32)}":0`, ValueTooLongError],
    ['a record of many members', `"0":{${megabytes('"k":0,', 32)}"k":0}`, ValueTooLongError],
  ])('is rejected before parsing, as an object with numeric keys: %s', (_shape, shape, error) => {
    for (const text of withinObject(shape)) {
      expect(() => splitResponse(Buffer.from(text), 60_000)).toThrow(error)
    }
  })

  it.each([
    ['a text around the records', `{"msg":"${'x'.repeat(70_000)}","data":[]}`],
    ['many members around the records', `{${'"a":1,'.repeat(20_000)}"data":[]}`],
  ])('is rejected for its size: %s', (_part, text) => {
    expect(() => splitResponse(Buffer.from(text), 60_000)).toThrow(ValueTooLongError)
  })

  it.each([
    ['no object and no list, of any length', 'x'.repeat(70_000)],
    ['something behind the records, of any length', `[]${' x'.repeat(40_000)}`],
    ['something behind the envelope', '{"data":[]}<br />'],
  ])('is not JSON: %s', (_part, text) => {
    expect(() => splitResponse(Buffer.from(text), 60_000)).toThrow(JsonSyntaxError)
  })

  it('has one record too many', () => {
    expect(together('[1,2,3]', 3).records).toHaveLength(3)
    expect(() => together('[1,2,3,4]', 3)).toThrow(TooManyRecordsError)
  })
})
