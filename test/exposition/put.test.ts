import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_NUMBER_BYTES, putBytes, putNumber } from '../../src/exposition/put.ts'
import { writeNumber } from '../../src/exposition/text-writer.ts'

/** What a number becomes on a sheet with as much room as there has to be. */
function put(number: number): string {
  const sheet = Buffer.alloc(1 + MAX_NUMBER_BYTES, '?')
  return sheet.subarray(1, putNumber(sheet, 1, number)).toString()
}

describe('a number on a sheet', () => {
  it.each([
    0,
    -0,
    9,
    10,
    99,
    100,
    999_999_999,
    1e9,
    1e9 + 1,
    2 ** 53,
    0.1,
    1e21,
    1e-7,
    -1.2345678901234567e-100,
  ])('%d reads as it is written elsewhere', (number) => {
    expect(put(number)).toBe(writeNumber(number))
  })

  it('reads as it is written elsewhere, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.nat()), (number) => {
        expect(put(number)).toBe(writeNumber(number))
      }),
    )
  })
})

it('bytes on a sheet stand where they are put, and end where it says', () => {
  const sheet = Buffer.from('??????')
  expect(putBytes(sheet, 2, Buffer.from('abc'))).toBe(5)
  expect(sheet.toString()).toBe('??abc?')
})
