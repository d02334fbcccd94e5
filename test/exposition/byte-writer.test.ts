import { describe, expect, it } from 'vitest'
import { MAX_NUMBER_BYTES, putBytes, putNumber } from '../../src/exposition/byte-writer.ts'
import { writeNumber } from '../../src/exposition/text-writer.ts'
import fc from '../support/fast-check.ts'

/** The text of a number in a buffer with as much room as is required. */
function put(number: number): string {
  const buffer = Buffer.alloc(1 + MAX_NUMBER_BYTES, '?')
  return buffer.subarray(1, putNumber(buffer, 1, number)).toString()
}

describe('putNumber', () => {
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
  ])('writes %d like writeNumber', (number) => {
    expect(put(number)).toBe(writeNumber(number))
  })

  it('writes any number like writeNumber', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.nat()), (number) => {
        expect(put(number)).toBe(writeNumber(number))
      }),
    )
  })
})

describe('putBytes', () => {
  it('copies bytes to the offset and returns the offset after them', () => {
    const buffer = Buffer.from('??????')
    expect(putBytes(buffer, 2, Buffer.from('abc'))).toBe(5)
    expect(buffer.toString()).toBe('??abc?')
  })
})
