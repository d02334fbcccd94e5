import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib'

/** A text, compressed once, that can stand anywhere in a gzip member among others of its kind. */
export interface Segment {
  /** Deflate blocks that end at a byte and look back at nothing before them; a buffer of its own. */
  readonly deflated: Uint8Array
  /** CRC-32 of the text. */
  readonly crc: number
  /** Of the text, in bytes. */
  readonly length: number
}

const OPTIONS = {
  // zlib's next level hardly makes less of such a text, and takes far longer; the one below makes noticeably more.
  level: 5,
  // zlib's full flush ends at a byte, by a stored block of no length (RFC 1951, section 3.2.4), and forgets what was before.
  finishFlush: constants.Z_FULL_FLUSH,
} as const

// Metrics compress to less than an eighth.
const LEAST_COMPRESSED = 1 / 8
const LEAST_ROOM_BYTES = 64 * 1024

const compress = promisify(deflateRaw)

/** Compresses a text on zlib's own threads; it must stay as it is meanwhile. */
export async function toSegment(text: Uint8Array): Promise<Segment> {
  // Room for all of it at once: for each further piece zlib's thread would stand still until this one has a moment, which
  // has the next text to write.
  const chunkSize = Math.max(LEAST_ROOM_BYTES, Math.ceil(text.length * LEAST_COMPRESSED))
  return segmentOf(text, await compress(text, { ...OPTIONS, chunkSize }))
}

/** Compresses a short text at once. */
export function toSegmentNow(text: Uint8Array): Segment {
  return segmentOf(text, deflateRawSync(text, OPTIONS))
}

/** The compressed bytes are copied out of memory that zlib's results may share: they change hands between threads. */
function segmentOf(text: Uint8Array, deflated: Uint8Array): Segment {
  return { deflated: new Uint8Array(deflated), crc: crc32(text), length: text.length }
}
