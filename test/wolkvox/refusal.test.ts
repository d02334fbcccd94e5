import { describe, expect, it } from 'vitest'
import { readRetryAfter } from '../../src/wolkvox/failure.ts'

const NOW = Date.UTC(2026, 2, 10, 15, 0, 0)

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', 7000],
    ['seconds with white space', ' 120 ', 120_000],
    ['an HTTP date', 'Tue, 10 Mar 2026 15:01:30 GMT', 90_000],
    ['the older form of an HTTP date', 'Tuesday, 10-Mar-26 15:01:30 GMT', 90_000],
    ['a date years ahead', 'Fri, 10 Mar 2036 15:00:00 GMT', 315_619_200_000],
    ['more seconds than a number can have', '9'.repeat(400), Number.POSITIVE_INFINITY],
  ])('may be %s', (_form, header, ms) => {
    expect(readRetryAfter(header, NOW)).toBe(ms)
  })

  it.each([
    ['nothing', ''],
    ['no wait', '0'],
    ['the past', 'Tue, 10 Mar 2026 14:59:59 GMT'],
    ['now', 'Tue, 10 Mar 2026 15:00:00 GMT'],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['an exponent', '1e9'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['a text', 'in a while'],
    ['a unit', '5s'],
    ['two headers in one', '5,7'],
    ['a date of another form', '2036-03-10T15:00:00Z'],
    ['a date without a zone', 'Tue, 10 Mar 2036 15:00:00'],
    ['a date that is in no calendar', 'Tue, 99 Mar 2036 15:00:00 GMT'],
    ['a day that the month does not have', 'Sun, 31 Feb 2036 15:00:00 GMT'],
    ['a date with a day that has no such name', 'Xyz, 10 Mar 2036 15:00:00 GMT'],
    ['a date in the year 0', 'Sat, 10 Mar 0036 15:00:00 GMT'],
    ['a text that Date.parse takes for a date', 'proxy 7'],
    ['a text without end', 'x'.repeat(16_000)],
  ])('is ignored if it is %s', (_form, header) => {
    expect(readRetryAfter(header, NOW)).toBeUndefined()
  })
})
