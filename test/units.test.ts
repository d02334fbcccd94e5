import { describe, expect, it } from 'vitest'
import { formatDuration, parseBytes, parseDuration } from '../src/units.ts'
import fc from './support/fast-check.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['0w', 0],
    ['1ms', 1],
    ['324ms', 324],
    ['3s', 3 * SECOND],
    ['90s', 90 * SECOND],
    ['5m', 5 * MINUTE],
    ['120m', 2 * HOUR],
    ['1h', HOUR],
    ['1h30m', HOUR + 30 * MINUTE],
    ['4d', 4 * DAY],
    ['4d1h', 4 * DAY + HOUR],
    ['3w', 21 * DAY],
    ['3w2d1h', 23 * DAY + HOUR],
    ['10y', 3650 * DAY],
    ['1y1w1d1h1m1s1ms', 373 * DAY + HOUR + MINUTE + SECOND + 1],
    ['1m1ms', MINUTE + 1],
    ['007s', 7 * SECOND],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    ['an empty text', ''],
    ['a number without its unit', '5'],
    ['two zeros', '00'],
    ['a unit without its number', 'm'],
    ['a negative duration', '-5m'],
    ['a sign', '+5m'],
    ['a fraction', '1.5h'],
    ['a unit that Prometheus does not have', '5min'],
    ['an upper-case unit', '5M'],
    ['months', '1mo'],
    ['units from small to large', '30m1h'],
    ['a unit twice', '1m1m'],
    ['space between the units', '1h 30m'],
    ['space before it', ' 5m'],
    ['space after it', '5m '],
    ['a line break after it', '5m\n'],
    ['a number after the last unit', '1h30'],
    ['digits of another script', '٥m'],
    ['a duration that is too long to be exact', '9999999999999999y'],
  ])('rejects %s', (_, text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('is the sum of its units', () => {
    const units = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const
    const counts = fc.tuple(...units.map(() => fc.option(fc.nat(10_000), { nil: undefined })))
    fc.assert(
      fc.property(counts, (numbers) => {
        const parts = units.flatMap((unit, index) => {
          const number = numbers[index]
          return number === undefined ? [] : [`${number}${unit}`]
        })
        fc.pre(parts.length > 0)
        const sum = parts.reduce((total, part) => total + (parseDuration(part) ?? Number.NaN), 0)
        expect(parseDuration(parts.join(''))).toBe(sum)
      }),
    )
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [SECOND, '1s'],
    [90 * SECOND, '1m30s'],
    [5 * MINUTE, '5m'],
    [HOUR + 30 * MINUTE, '1h30m'],
    [DAY, '1d'],
    [DAY + 1, '1d1ms'],
    [15 * MINUTE + 250, '15m250ms'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('writes what parseDuration reads as the same duration', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e13 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
})

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['67108864', 67_108_864],
    ['512B', 512],
    ['1KB', 1000],
    ['1KiB', 1024],
    ['20MB', 20_000_000],
    ['64MiB', 67_108_864],
    ['64 MiB', 67_108_864],
    ['1GB', 1_000_000_000],
    ['2GiB', 2_147_483_648],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each([
    ['an empty text', ''],
    ['a unit alone', 'MiB'],
    ['a negative size', '-1'],
    ['a fraction', '1.5MiB'],
    ['a thousands comma', '1,000'],
    ['an exponent', '1e6'],
    ['hexadecimal digits', '0x10'],
    ['a unit in the wrong case', '64mib'],
    ['an unknown unit', '64M'],
    ['space before it', ' 64MiB'],
    ['a line break after it', '64MiB\n'],
    ['two sizes', '1MiB 2MiB'],
  ])('rejects %s', (_, text) => {
    expect(parseBytes(text)).toBeUndefined()
  })
})
