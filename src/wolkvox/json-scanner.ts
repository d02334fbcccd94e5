/** The text is not JSON at this place. */
export class JsonSyntaxError extends Error {
  override readonly name: string = 'JsonSyntaxError'
}

/** The text ends between two tokens, so it is probably truncated. */
export class UnexpectedEndError extends JsonSyntaxError {
  override readonly name = 'UnexpectedEndError'
}

/** The response ends within a string: it is truncated, or a quote is missing. */
export class UnterminatedStringError extends JsonSyntaxError {
  override readonly name = 'UnterminatedStringError'
}

/** More text follows the JSON. */
export class TrailingTextError extends JsonSyntaxError {
  override readonly name = 'TrailingTextError'
  /** Where that text begins. */
  readonly place: number

  constructor(place: number) {
    super('more text follows')
    this.place = place
  }
}

/** A value is longer than any report needs. */
export class ValueTooLongError extends Error {
  override readonly name = 'ValueTooLongError'
}

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const BACKSLASH = 0x5c

const TOO_LONG = 'a value is too long'

/** The white space of JSON: space, line feed, carriage return, tab. */
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** @returns the place of the last byte up to `at` that is not white space; -1 if there is none */
export function skipSpaceBackwards(bytes: Uint8Array, at: number): number {
  let place = at
  while (isSpace(bytes[place])) place -= 1
  return place
}

/** @returns the place of the first byte from `at` that is not white space; the length if there is none */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let place = at
  while (isSpace(bytes[place])) place += 1
  return place
}

/**
 * Finds the end of a value without parsing it. `JSON.parse` validates it later.
 *
 * @param at where the value begins
 * @param limit maximum length in bytes
 * @returns the place after its last byte
 * @throws JsonSyntaxError if there is no value, or it does not end
 * @throws ValueTooLongError as soon as the limit is exceeded
 */
export function skipValue(bytes: Uint8Array, at: number, limit: number): number {
  const end = Math.min(bytes.length, at + limit)
  let place = at
  let depth = 0
  do {
    switch (bytes[place]) {
      case QUOTE:
        place = skipString(bytes, place, end)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1
        place += 1
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1
        place += 1
        break
      default:
        place = depth > 0 ? place + 1 : skipLiteral(bytes, place, end)
    }
  } while (depth > 0 && place < end)
  if (depth > 0) throw tooLongOrTruncated(bytes, end)
  if (depth < 0 || place === at) throw new JsonSyntaxError('a value is missing')
  return place
}

/** @returns the place after the closing quote of the string that begins at `at` */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  for (let place = at + 1; place < end; place += 1) {
    const byte = bytes[place]
    if (byte === QUOTE) return place + 1
    if (byte === BACKSLASH) place += 1
  }
  throw end < bytes.length
    ? new ValueTooLongError(TOO_LONG)
    : new UnterminatedStringError('a string is not terminated')
}

/** Skips a number, `true`, `false`, `null`, or any other literal. */
function skipLiteral(bytes: Uint8Array, at: number, end: number): number {
  let place = at
  while (place < end && !endsLiteral(bytes[place])) place += 1
  if (place === end && end < bytes.length) throw tooLongOrTruncated(bytes, end)
  return place
}

function endsLiteral(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte === COLON || isSpace(byte)
}

function tooLongOrTruncated(bytes: Uint8Array, end: number): Error {
  return end < bytes.length ? new ValueTooLongError(TOO_LONG) : new UnexpectedEndError('it is truncated')
}
