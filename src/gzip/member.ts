import { combineCrc32 } from './crc32-combine.ts'
import type { Segment } from './segment.ts'

// Magic number, deflate, no flags, no time, nothing extra, system unknown (RFC 1952, section 2.3).
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)

// A last block of fixed codes that holds nothing but its end (RFC 1951, section 3.2.6).
const LAST_BLOCK = Uint8Array.of(0x03, 0x00)

const TRAILER_BYTES = 8

/** The beginning of a gzip member: whatever segments it holds so far. */
export interface Member {
  readonly bytes: Uint8Array
  /** CRC-32 of the text so far. */
  readonly crc: number
  /** Of the text so far, in bytes. */
  readonly length: number
}

/** Begins a member with segments, none of which is compressed or read again. */
export function beginMember(segments: readonly Segment[]): Member {
  return {
    bytes: Buffer.concat([HEADER, ...segments.map(({ deflated }) => deflated)]),
    ...segments.reduce(follow, { crc: 0, length: 0 }),
  }
}

/**
 * Ends a member with one segment more.
 *
 * @returns what is to be sent after the member's own bytes, and the length of the whole text
 */
export function endMember(
  member: Member,
  last: Segment,
): { readonly end: Uint8Array; readonly length: number } {
  const { crc, length } = follow(member, last)
  const trailer = Buffer.alloc(TRAILER_BYTES)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return { end: Buffer.concat([last.deflated, LAST_BLOCK, trailer]), length }
}

type Text = Pick<Segment, 'crc' | 'length'>

function follow(text: Text, next: Text): Text {
  return {
    crc: combineCrc32(text.crc, next.crc, next.length),
    length: text.length + next.length,
  }
}
