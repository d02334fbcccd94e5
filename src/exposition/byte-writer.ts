import { writeNumber } from './text-writer.ts'

/** The longest text of a number in JavaScript, e.g. -1.2345678901234567e-100. */
export const MAX_NUMBER_BYTES = 24

// Below this, extracting the digits of an integer by division is faster than creating a string.
const MAX_FAST_INTEGER = 1e9

const DIGIT_ZERO = 0x30

/**
 * Copies bytes into a buffer that has room for them. For a few bytes, a loop is faster than a native call.
 *
 * @returns the offset after them
 */
export function putBytes(buffer: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index += 1) buffer[at + index] = bytes[index] ?? 0
  return at + bytes.length
}

/**
 * Writes a number into a buffer, with the same text as {@link writeNumber}.
 *
 * @param buffer with room for {@link MAX_NUMBER_BYTES}
 * @returns the offset after it
 */
export function putNumber(buffer: Uint8Array, at: number, number: number): number {
  if (!(Number.isInteger(number) && number >= 0 && number < MAX_FAST_INTEGER)) {
    return putAscii(buffer, at, writeNumber(number))
  }
  let end = at + 1
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end += 1
  let rest = number
  for (let place = end - 1; place >= at; place -= 1) {
    buffer[place] = DIGIT_ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return end
}

function putAscii(buffer: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) buffer[at + index] = text.charCodeAt(index)
  return at + text.length
}
