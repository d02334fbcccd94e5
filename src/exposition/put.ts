import { writeNumber } from './text-writer.ts'

/** The longest that JavaScript prints of a number, e.g. -1.2345678901234567e-100. */
export const MAX_NUMBER_BYTES = 24

// Up to here an integer's digits are found by dividing, without a text of its own.
const MAX_DIVIDED = 1e9

const ZERO = 0x30

/**
 * Puts bytes on a sheet, which must have room for them. One by one, as for a few that is quicker than a call of a native
 * function.
 *
 * @returns the place after them
 */
export function putBytes(sheet: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index += 1) sheet[at + index] = bytes[index] ?? 0
  return at + bytes.length
}

/**
 * Puts a number on a sheet as {@link writeNumber} writes it.
 *
 * @param sheet with room for {@link MAX_NUMBER_BYTES}
 * @returns the place after it
 */
export function putNumber(sheet: Uint8Array, at: number, number: number): number {
  if (!(Number.isInteger(number) && number >= 0 && number < MAX_DIVIDED)) {
    return putAscii(sheet, at, writeNumber(number))
  }
  let end = at + 1
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end += 1
  let rest = number
  for (let place = end - 1; place >= at; place -= 1) {
    sheet[place] = ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return end
}

function putAscii(sheet: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) sheet[at + index] = text.charCodeAt(index)
  return at + text.length
}
