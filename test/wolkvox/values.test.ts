import { describe, expect, it } from 'vitest'
import {
  readCount,
  readDuration,
  readList,
  readListLength,
  readLoginTime,
  readMilliseconds,
  readPercentage,
  readPerMinute,
  readTimestamp,
  UNREADABLE,
} from '../../src/wolkvox/values.ts'
import fc from '../support/fast-check.ts'

const context = { fetchedAt: Date.UTC(2026, 2, 10, 15, 0, 0), timeZone: 'America/Bogota' }

const readersOfNumbers = {
  readCount,
  readDuration,
  readLoginTime,
  readMilliseconds,
  readPercentage,
  readPerMinute,
}

const readers = { ...readersOfNumbers, readListLength, readTimestamp }

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

  it.each([
    ['""', ''],
    ['"-"', '-'],
    ['white space', ' \t\n'],
    ['" - "', ' - '],
    ['null', null],
    ['a missing key', undefined],
  ])('takes %s as no value, without a complaint', (_form, value) => {
    expect(read(value, context)).toBeUndefined()
  })
})

describe.each(Object.entries(readersOfNumbers))('%s', (_name, read) => {
  it.each([
    ['a negative text', '-1'],
    ['a negative number', -1],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['an infinite number', Number.POSITIVE_INFINITY],
    ['a text of 400 digits', '9'.repeat(400)],
    ['a word', 'three'],
    ['a number and a word', '3 calls'],
    ['an impossible time', '12:99:00'],
    ['hexadecimal', '0x10'],
    ['an exponent', '1e3'],
    ['a plus sign', '+3'],
    ['a decimal comma', '34,64'],
    ['commas in the wrong places', '1,23,456'],
    ['true', true],
    ['false', false],
    ['a list', []],
    ['a list of one number', [5]],
    ['an object', {}],
    ['digits of another script', '٣'],
  ])('finds %s unreadable, never zero', (_form, value) => {
    expect(read(value, context)).toBe(UNREADABLE)
  })

  it('ignores white space around a text', () => {
    expect(read(' 5 ', context)).toBe(read('5', context))
    expect(read('\u00a05\r\n', context)).toBe(read(5, context))
  })
})

describe('a count', () => {
  it.each([
    ['0', 0],
    ['17', 17],
    ['007', 7],
    [17, 17],
    [-0, 0],
    ['1,234', 1234],
    ['1,234,567', 1_234_567],
  ])('reads %j as %d', (value, count) => {
    expect(readCount(value, context)).toBe(count)
  })

  it.each([1.5, '1.5', '1,5', '0,123', '12:00'])(
    'finds %j unreadable, as it is not a whole number',
    (value) => {
      expect(readCount(value, context)).toBe(UNREADABLE)
    },
  )
})

describe('a duration', () => {
  it.each([
    ['00:00:00', 0],
    ['00:04:30', 270],
    ['1:02:03', 3723],
    ['27:15:00', 98_100],
    ['123:00:01', 442_801],
    ['04:30', 270],
    ['4:30', 270],
    ['125', 125],
    ['125.5', 125.5],
    [125, 125],
    [125.5, 125.5],
  ])('reads %j as %d seconds', (value, seconds) => {
    expect(readDuration(value, context)).toBe(seconds)
  })

  it.each([
    ['744:00:00', 2_678_400],
    ['2678400', 2_678_400],
    [2_678_400, 2_678_400],
  ])('of 31 days is the longest: reads %j as %d seconds', (value, seconds) => {
    expect(readDuration(value, context)).toBe(seconds)
  })

  it.each([
    ['just above 31 days, as a clock', '744:00:01'],
    ['just above 31 days, as seconds', '2678400.5'],
    ['just above 31 days, as a number', 2_678_401],
    ['a time as digits', '20261126080000'],
    ['a time as a number', 20_261_126_080_000],
    ['a date as digits', '20261126'],
    ['seconds since 1970', '1795680000'],
    ['seconds since 1970, as a number', 1_795_680_000],
    ['milliseconds since 1970', '1795680000000'],
  ])('rejects a duration above 31 days in every time field: %s', (_form, value) => {
    expect(readDuration(value, context)).toBe(UNREADABLE)
    expect(readLoginTime(value, context)).toBe(UNREADABLE)
  })

  it.each([
    '00:60:00',
    '00:00:60',
    '75:30',
    '1:2:3',
    '00:00:01.5',
    '1,234',
    ':30',
    '10:',
    '1:00:00:00',
    '-00:01:00',
    '-0:01:00',
    '1a:00:00',
    '12:3 :00',
    '12:34:5６',
    '12:34:/0',
    '12:34::0',
  ])('finds %j unreadable', (value) => {
    expect(readDuration(value, context)).toBe(UNREADABLE)
  })

  it('with colons after two and five of eight characters is read as HH:MM:SS or not at all', () => {
    // The characters next to the digits and the colon, too.
    const characters = fc.string({ unit: fc.constantFrom(...'0123456789/:;٣-'), minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(characters, characters, characters, (hours, minutes, seconds) => {
        const text = `${hours}:${minutes}:${seconds}`
        const expected = /^[0-9]{2}:[0-5][0-9]:[0-5][0-9]$/.test(text)
          ? Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
          : UNREADABLE
        expect(readDuration(text, context)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('login_time', () => {
  it('reads a duration like any other', () => {
    expect(readLoginTime('02:30:00', context)).toBe(9000)
    expect(readLoginTime(60, context)).toBe(60)
  })

  it("reads a date and time in the operation's time zone as the seconds since", () => {
    // 15:00 UTC is 10:00 in Bogotá.
    expect(readLoginTime('2026-03-10 08:30:00', context)).toBe(5400)
    expect(readLoginTime('2026-03-10 08:30:00', { ...context, timeZone: 'Europe/Madrid' })).toBe(27_000)
  })

  it('considers the change of the clock in the time zone', () => {
    const fetchedAt = Date.UTC(2026, 2, 29, 8, 0, 0)
    // Madrid skips from 02:00 to 03:00 that night: 01:30 there is 00:30 UTC, 03:30 is 01:30 UTC.
    expect(readLoginTime('2026-03-29 01:30:00', { fetchedAt, timeZone: 'Europe/Madrid' })).toBe(27_000)
    expect(readLoginTime('2026-03-29 03:30:00', { fetchedAt, timeZone: 'Europe/Madrid' })).toBe(23_400)
  })

  it.each(['2026-03-10 10:00:00', '2026-03-10 10:00:01', '2026-03-10 10:05:00'])(
    'counts a moment up to 5 minutes ahead of our clock as 0: %s',
    (value) => {
      expect(readLoginTime(value, context)).toBe(0)
    },
  )

  it('reads a time up to 31 days ago', () => {
    expect(readLoginTime('2026-02-07 10:00:00', context)).toBe(2_678_400)
    expect(readLoginTime('2026-02-07 09:59:59', context)).toBe(UNREADABLE)
  })

  it.each([
    '2026-03-10 10:05:01',
    '2026-13-01 00:00:00',
    '2026-02-30 00:00:00',
    '2026-03-10',
    '2026-03-10T08:30:00',
    '10/03/2026 08:30:00',
  ])('finds %j unreadable: too far ahead, not in the calendar, or in another form', (value) => {
    expect(readLoginTime(value, context)).toBe(UNREADABLE)
  })
})

describe('ocupation', () => {
  it.each([
    ['34.64 %', 0.3464],
    ['34.64%', 0.3464],
    ['34.64', 0.3464],
    ['0 %', 0],
    ['100 %', 1],
    ['130.5 %', 1.305],
    ['15,233.33 %', 152.3333],
    ['76.38 %', 0.7638],
    [76.38, 0.7638],
    [50, 0.5],
  ])('reads %j as the ratio %d', (value, ratio) => {
    expect(readPercentage(value, context)).toBe(ratio)
  })

  it.each(['34.64 %%', '% 34.64', '34,64 %', '34.', '.5', 'alta'])('finds %j unreadable', (value) => {
    expect(readPercentage(value, context)).toBe(UNREADABLE)
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
