import { crc32 } from 'node:zlib'

const LINE_BREAK = 0x0a

/** The text with a first line that tells whether the rest is whole. */
export function seal(text: string): string {
  return `${checksum(Buffer.from(text))}\n${text}`
}

/** The text behind the seal, or `undefined` where it is not as it was written. */
export function unseal(sealed: Uint8Array): string | undefined {
  const end = sealed.indexOf(LINE_BREAK)
  if (end < 0) return undefined
  const text = Buffer.from(sealed.buffer, sealed.byteOffset + end + 1, sealed.length - end - 1)
  return Buffer.from(sealed.subarray(0, end)).toString() === checksum(text) ? text.toString() : undefined
}

const checksum = (content: Uint8Array) => crc32(content).toString(16).padStart(8, '0')
