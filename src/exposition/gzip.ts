import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib'
import type { Segment } from '../model/outcome.ts'

/** A gzip member that has not ended: a header and any number of segments. */
export interface OpenMember {
  /** The bytes in order. */
  readonly chunks: readonly Uint8Array[]
  /** CRC-32 of the text so far. */
  readonly crc: number
  /** Length of the text so far, in bytes. */
  readonly length: number
}

const OPTIONS = {
  // Level 6 saves few bytes and takes far longer. Level 4 gives noticeably larger segments.
  level: 5,
  // zlib's full flush ends at a byte boundary, with an empty stored block (RFC 1951, section 3.2.4), and resets the window.
  finishFlush: constants.Z_FULL_FLUSH,
} as const

// Metrics compress to less than an eighth.
const OUTPUT_RATIO = 1 / 8
const MIN_OUTPUT_BYTES = 64 * 1024

const compress = promisify(deflateRaw)

/** Compresses a text in zlib's thread pool. The text must not change until then. */
export async function toSegment(text: Uint8Array): Promise<Segment> {
  // A single output buffer: for each further one, zlib's thread waits for this thread, which is busy writing the next text.
  const chunkSize = Math.max(MIN_OUTPUT_BYTES, Math.ceil(text.length * OUTPUT_RATIO))
  return segmentOf(text, await compress(text, { ...OPTIONS, chunkSize }))
}

/** Compresses a short text synchronously. */
export function toSegmentNow(text: Uint8Array): Segment {
  return segmentOf(text, deflateRawSync(text, OPTIONS))
}

/** Copies the compressed bytes, because zlib's results can share memory and segments are transferred between threads. */
function segmentOf(text: Uint8Array, deflated: Uint8Array): Segment {
  return { deflated: new Uint8Array(deflated), crc: crc32(text), length: text.length }
}

/** A smaller chunk is copied rather than sent alone. */
export const SMALL_CHUNK_BYTES = 128 * 1024

/** The number of bytes of some chunks together. */
export function sizeOfChunks(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((size, { length }) => size + length, 0)
}

// Magic number, deflate, no flags, no time, no extra flags, unknown system (RFC 1952, section 2.3).
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)

// An empty final block with fixed codes (RFC 1951, section 3.2.6).
const LAST_BLOCK = Uint8Array.of(0x03, 0x00)

const TRAILER_BYTES = 8

/** Begins a member with segments, without copying them. */
export function beginMember(segments: readonly Segment[]): OpenMember {
  return {
    chunks: [HEADER, ...segments.map(({ deflated }) => deflated)],
    ...checksumOf(segments),
  }
}

/** One segment with the texts of several. */
export function joinSegments(segments: readonly Segment[]): Segment {
  return {
    deflated: Buffer.concat(segments.map(({ deflated }) => deflated)),
    ...checksumOf(segments),
  }
}

/**
 * The same bytes in fewer chunks: adjacent small chunks become one, because every response to a slow client keeps a list of the
 * chunks that it has not sent. Larger chunks stay as they are, because a copy would take as much memory again.
 */
export function joinSmallChunks(member: OpenMember): OpenMember {
  const chunks: Uint8Array[] = []
  let small: Uint8Array[] = []
  const flush = () => {
    if (small.length > 0) chunks.push(Buffer.concat(small))
    small = []
  }
  for (const chunk of member.chunks) {
    if (chunk.length < SMALL_CHUNK_BYTES) {
      small.push(chunk)
    } else {
      flush()
      chunks.push(chunk)
    }
  }
  flush()
  return { ...member, chunks }
}

/**
 * Ends a member with one more segment.
 *
 * @returns the bytes of the whole member in order, and the length of the whole text
 */
export function endMember(
  member: OpenMember,
  last: Segment,
): { readonly chunks: readonly Uint8Array[]; readonly length: number } {
  const { crc, length } = combine(member, last)
  const trailer = Buffer.alloc(TRAILER_BYTES)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return { chunks: [...member.chunks, Buffer.concat([last.deflated, LAST_BLOCK, trailer])], length }
}

type Checksum = Pick<Segment, 'crc' | 'length'>

/** The CRC and the length of the concatenated texts of segments. */
const checksumOf = (segments: readonly Segment[]) => segments.reduce<Checksum>(combine, { crc: 0, length: 0 })

/** The CRC and the length of two concatenated texts. */
function combine(first: Checksum, second: Checksum): Checksum {
  return {
    crc: combineCrc32(first.crc, second.crc, second.length),
    length: first.length + second.length,
  }
}

// The polynomial of CRC-32, lowest power first.
const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000

/** Product of two polynomials over GF(2), modulo the polynomial of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0
  let factor = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1
  }
  return product >>> 0
}

// x to the power of 8 × 2^n, for each bit n of a length in bytes: each byte shifts the remainder by x^8.
const SHIFTS: readonly number[] = (() => {
  const shifts: number[] = []
  let shift = ONE >>> 8
  for (let bit = 0; bit < 53; bit += 1) {
    shifts.push(shift)
    shift = multiply(shift, shift)
  }
  return shifts
})()

/**
 * The CRC-32 of two concatenated texts, from the CRC of each and the length of the second.
 *
 * @param length of the second text in bytes
 * @see zlib's `crc32_combine`, which uses the same arithmetic
 */
export function combineCrc32(first: number, second: number, length: number): number {
  let shifted = first
  let rest = length
  for (let bit = 0; rest > 0; bit += 1) {
    if (rest % 2 === 1) shifted = multiply(SHIFTS[bit] ?? 0, shifted)
    rest = Math.floor(rest / 2)
  }
  return (shifted ^ second) >>> 0
}
