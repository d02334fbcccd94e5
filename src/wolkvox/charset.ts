import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'

// WHATWG's windows-1252 maps every byte; servers that declare ISO-8859-1 mean it too.
const WINDOWS_1252 = Uint16Array.from(
  new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 128 }, (_, index) => 0x80 + index)),
  (character) => character.charCodeAt(0),
)

// A character of windows-1252 takes at most three bytes in UTF-8.
const MAX_GROWTH = 2

// Decoding in chunks avoids the whole text of a large response in memory.
const CHUNK_BYTES = 2 ** 20

const CHARSET = /;\s*charset\s*=\s*["']?([^\s;"']+)/i

/**
 * Converts a response to UTF-8. The bytes have precedence over the declared charset: servers often declare a default charset
 * for JSON that is valid UTF-8, and only UTF-16 has zero bytes. Other bytes are decoded as declared. If the charset is unknown
 * or the bytes are invalid in it, valid UTF-8 is kept and every other byte is decoded as windows-1252. So Latin-1 is readable,
 * and a name that wolkvox cuts within a character does not damage other names.
 *
 * @param contentType header `Content-Type`; empty if there is none
 * @returns the same bytes if they are UTF-8 already
 */
export function toUtf8(body: Uint8Array, contentType: string): Uint8Array {
  const utf16 = utf16Of(body)
  if (utf16 !== undefined) return transcode(body, new TextDecoder(utf16))
  if (isUtf8(body)) return body
  return asDeclared(body, CHARSET.exec(contentType)?.[1]) ?? replaceStrayBytes(body)
}

/** Detects UTF-16 by a byte order mark, or by a zero byte in the first character, which is ASCII in JSON and HTML. */
function utf16Of([first, second]: Uint8Array): string | undefined {
  if (first === undefined || second === undefined) return undefined
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be'
  return undefined
}

/** @returns `undefined` if there is no such charset, or the bytes are not valid in it */
function asDeclared(body: Uint8Array, label = ''): Uint8Array | undefined {
  try {
    const decoder = new TextDecoder(label, { fatal: true })
    return decoder.encoding.startsWith('utf-') ? undefined : transcode(body, decoder)
  } catch (error) {
    // RangeError: unknown label. TypeError: bytes that are not valid in the charset.
    if (error instanceof RangeError || error instanceof TypeError) return undefined
    throw error
  }
}

function transcode(body: Uint8Array, decoder: TextDecoder): Buffer {
  const chunks: Buffer[] = []
  for (let place = 0; place < body.length; place += CHUNK_BYTES) {
    const chunk = body.subarray(place, place + CHUNK_BYTES)
    chunks.push(Buffer.from(decoder.decode(chunk, { stream: true })))
  }
  chunks.push(Buffer.from(decoder.decode()))
  return Buffer.concat(chunks)
}

/** Keeps the valid UTF-8 sequences; decodes every other byte as windows-1252. */
function replaceStrayBytes(body: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(body.length + MAX_GROWTH * countHighBytes(body))
  let end = 0
  for (let place = 0; place < body.length; ) {
    const byte = body[place] as number
    if (byte < 0x80) {
      result[end++] = byte
      place += 1
      continue
    }
    const length = sequenceLength(body, place)
    if (length === 0) {
      end = writeCharacter(result, end, WINDOWS_1252[byte - 0x80] as number)
      place += 1
    }
    for (const next = place + length; place < next; place += 1) result[end++] = body[place] as number
  }
  return result.subarray(0, end)
}

function countHighBytes(body: Uint8Array): number {
  let count = 0
  // Ten times as fast as `for … of`.
  for (let place = 0; place < body.length; place += 1) count += (body[place] as number) >> 7
  return count
}

function writeCharacter(result: Uint8Array, at: number, character: number): number {
  if (character < 0x800) {
    result[at] = 0xc0 | (character >> 6)
    result[at + 1] = 0x80 | (character & 0x3f)
    return at + 2
  }
  result[at] = 0xe0 | (character >> 12)
  result[at + 1] = 0x80 | ((character >> 6) & 0x3f)
  result[at + 2] = 0x80 | (character & 0x3f)
  return at + 3
}

/** Length of the multi-byte UTF-8 sequence at this place, by the table of RFC 3629; 0 if there is none. */
function sequenceLength(body: Uint8Array, at: number): number {
  const first = body[at] as number
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  const second = body[at + 1] ?? 0
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  for (let next = at + 2; next < at + length; next += 1) {
    if (((body[next] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return length
}
