import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readList,
  readListLength,
  readMilliseconds,
  readPerMinute,
  readTimestamp,
  UNREADABLE,
} from '../../src/wolkvox/values.ts'

const context = { fetchedAt: Date.UTC(2026, 2, 10, 15, 0, 0), timeZone: 'America/Bogota' }

const readers = { readMilliseconds, readPerMinute, readTimestamp, readListLength }

describe.each(Object.entries(readers))('%s', (_name, read) => {
  it('gives a number ≥ 0, no value or unreadable for any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.double(), fc.double().map(String)), (value) => {
        const reading = read(value, context)
        if (typeof reading === 'number') expect(reading).toBeGreaterThanOrEqual(0)
        else expect([undefined, UNREADABLE]).toContain(reading)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', '-', ' ', null, undefined])('has no value for %j', (value) => {
    expect(read(value, context)).toBeUndefined()
  })
})

describe('milliseconds', () => {
  it('are a thousandth in seconds, with or without the unit, as number or text', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('', ' ms', 'ms', ' MS'), (number, unit) => {
        expect(readMilliseconds(number, context)).toBe(number / 1000)
        expect(readMilliseconds(`${number}${unit}`, context)).toBe(number / 1000)
      }),
    )
  })

  it.each([
    ['2678400000', 2_678_400],
    ['2678400001', UNREADABLE],
    ['1,234', UNREADABLE],
    ['87 s', UNREADABLE],
    ['ms', UNREADABLE],
    ['0x5', UNREADABLE],
  ])('in %j are %s', (value, seconds) => {
    expect(readMilliseconds(value, context)).toBe(seconds)
  })
})

describe('a rate a minute', () => {
  it('is a sixtieth a second', () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        expect(readPerMinute(number * 60, context)).toBe(number)
        expect(readPerMinute((number * 60).toLocaleString('en'), context)).toBe(number)
      }),
    )
  })
})

describe('a list', () => {
  it('has its elements, in order, without those that have no value', () => {
    const nothing = fc.constantFrom('', ' ', '-', null)
    const element = fc.oneof(fc.record({ id: fc.nat() }), fc.nat(), fc.boolean(), fc.constant([]))
    fc.assert(
      fc.property(fc.array(fc.oneof(element, nothing)), (list) => {
        const expected = list.filter((one) => one !== null && !(typeof one === 'string'))
        expect(readList(list)).toEqual(expected)
        const keyed = Object.fromEntries(list.map((one, index) => [String(index * 2), one]))
        expect(readList(keyed)).toEqual(expected)
        expect(readListLength(keyed, context)).toBe(expected.length)
      }),
    )
  })

  it.each([[{ a: 1 }], [{ 0: 1, a: 1 }], [{ '-1': 1 }], [{ '1.5': 1 }], [{ '': 1 }], ['text'], [5], [true]])(
    'is not %j',
    (value) => {
      expect(readList(value)).toBe(UNREADABLE)
      expect(readListLength(value, context)).toBe(UNREADABLE)
    },
  )
})
