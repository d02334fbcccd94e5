import { crc32, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc32 } from '../../src/gzip/crc32-combine.ts'
import { beginMember, endMember } from '../../src/gzip/member.ts'
import { toSegment, toSegmentNow } from '../../src/gzip/segment.ts'

const bytes = fc.uint8Array({ maxLength: 2000 })

describe('the CRC of two texts in a row', () => {
  it('follows from the CRC of each and the length of the second', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const together = crc32(Buffer.concat([first, second]))
        expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(together)
      }),
    )
  })

  it('is right beyond 4 GiB, where lengths pass 32 bits', () => {
    // Zeros after a text: shifting in two steps has to give what one step gives.
    const half = combineCrc32(0xdeadbeef, 0, 2 ** 32)
    expect(combineCrc32(half, 0, 2 ** 32)).toBe(combineCrc32(0xdeadbeef, 0, 2 ** 33))
    expect(half).not.toBe(0xdeadbeef)
  })
})

describe('a gzip member', () => {
  it('unpacks to the texts of its segments, one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 8 }), bytes, async (texts, last) => {
        const member = beginMember(await Promise.all(texts.map(toSegment)))
        const { end, length } = endMember(member, toSegmentNow(last))
        const whole = Buffer.concat([...texts, last])
        expect(gunzipSync(Buffer.concat([member.bytes, end])).equals(whole)).toBe(true)
        expect(length).toBe(whole.length)
      }),
    )
  })

  it('can be ended again and again, as its beginning stays as it is', () => {
    const member = beginMember([toSegmentNow(Buffer.from('large '))])
    const endings = ['one', 'another'].map((text) => endMember(member, toSegmentNow(Buffer.from(text))))
    const texts = endings.map(({ end }) => gunzipSync(Buffer.concat([member.bytes, end])).toString())
    expect(texts).toEqual(['large one', 'large another'])
  })

  it('tells the length of its text modulo 4 GiB, as its trailer has room for no more', () => {
    const member = { ...beginMember([]), length: 2 ** 32 + 5 }
    const { end, length } = endMember(member, toSegmentNow(Buffer.from('abc')))
    expect(length).toBe(2 ** 32 + 8)
    expect(Buffer.from(end).readUInt32LE(end.length - 4)).toBe(8)
  })
})
