import { crc32, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  beginMember,
  combineCrc32,
  endMember,
  joinSmallChunks,
  toSegment,
  toSegmentNow,
} from '../../src/exposition/gzip.ts'
import fc from '../support/fast-check.ts'

const bytes = fc.uint8Array({ maxLength: 2000 })

describe('the CRC of two concatenated texts', () => {
  it('follows from the CRC of each and the length of the second', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const together = crc32(Buffer.concat([first, second]))
        expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(together)
      }),
    )
  })

  it('is correct for lengths above 4 GiB, which need more than 32 bits', () => {
    // Zeros after a text: two shifts must give the same CRC as one shift of the whole length.
    const half = combineCrc32(0xdeadbeef, 0, 2 ** 32)
    expect(combineCrc32(half, 0, 2 ** 32)).toBe(combineCrc32(0xdeadbeef, 0, 2 ** 33))
    expect(half).not.toBe(0xdeadbeef)
  })
})

describe('a gzip member', () => {
  it('decompresses to the concatenated texts of its segments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 8 }), bytes, async (texts, last) => {
        const member = beginMember(await Promise.all(texts.map(toSegment)))
        const whole = Buffer.concat([...texts, last])
        for (const part of [member, joinSmallChunks(member)]) {
          const { chunks, length } = endMember(part, toSegmentNow(last))
          expect(gunzipSync(Buffer.concat(chunks)).equals(whole)).toBe(true)
          expect(length).toBe(whole.length)
        }
      }),
    )
  })

  it('can be ended several times, because ending does not change its first part', () => {
    const member = beginMember([toSegmentNow(Buffer.from('large '))])
    const endings = ['one', 'another'].map((text) => endMember(member, toSegmentNow(Buffer.from(text))))
    const texts = endings.map(({ chunks }) => gunzipSync(Buffer.concat(chunks)).toString())
    expect(texts).toEqual(['large one', 'large another'])
  })

  it('has the length of its text modulo 4 GiB in its trailer', () => {
    const member = { ...beginMember([]), length: 2 ** 32 + 5 }
    const { chunks, length } = endMember(member, toSegmentNow(Buffer.from('abc')))
    expect(length).toBe(2 ** 32 + 8)
    expect(Buffer.concat(chunks).subarray(-4).readUInt32LE()).toBe(8)
  })
})
