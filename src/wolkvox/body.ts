import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify, TextDecoder } from 'node:util'
import { createGunzip, gunzip as gunzipWithCallback } from 'node:zlib'
import { codeOf } from '../error-text.ts'
import { EXCERPT_BYTES, excerptOf, quote } from './excerpt.ts'
import { WolkvoxFailure } from './failure.ts'
import type { Redact } from './redaction.ts'

const gunzip = promisify(gunzipWithCallback)

/** What the headers of a response say about its body. */
export interface BodyHeaders {
  /** `Content-Encoding`. Only gzip is requested, so only gzip or none is read. */
  readonly encoding: string
  /** `Content-Length`; `NaN` if there is none. */
  readonly length: number
}

// A server and a proxy can each compress the body, and the headers may mention only one of them.
const MAX_LAYERS = 2

const GZIP = /^(?:x-)?gzip$/

/**
 * Reads a body to its end and decodes it, with at most the limit in memory. A `Content-Length` above the limit fails
 * before a byte is read.
 *
 * @param limit bytes, of the encoded body as well as the decoded one
 * @throws WolkvoxFailure `too_large` past the limit, `malformed` for a body that cannot be decoded
 * @throws any error of the connection if it breaks
 */
export async function readBody(
  body: Readable,
  { encoding, length }: BodyHeaders,
  limit: number,
  redact: Redact,
): Promise<Buffer> {
  // The caller closes the connection, so the body need not be read.
  if (length > limit) throw tooLarge(limit)
  const encodings = encodingsIn(encoding)
  if (encodings.length > MAX_LAYERS || !encodings.every((name) => GZIP.test(name))) {
    throw new WolkvoxFailure(
      'malformed',
      `the response has a content encoding that was not requested: ${quote(encoding, redact)}`,
    )
  }
  const chunks: Buffer[] = []
  if (encodings.length === 0) await pipeline(body, atMost(limit), collect(chunks))
  else await undoGzip(body, chunks, limit, redact)
  return undoHidden(Buffer.concat(chunks), MAX_LAYERS - Math.min(1, encodings.length), limit, redact)
}

/** Decodes the outermost layer while it arrives. */
async function undoGzip(body: Readable, chunks: Buffer[], limit: number, redact: Redact): Promise<void> {
  const encoded: Buffer[] = []
  try {
    await pipeline(body, atMost(limit, encoded), createGunzip(), atMost(limit), collect(chunks))
  } catch (error) {
    if (!isGzipError(error)) throw error
    const start = Buffer.concat(encoded)
    if (start.length > 0) throw notGzip(error, start, redact)
  }
}

/**
 * The encodings of a header, without those that mean none: `identity`, and a charset, as scripts send it by mistake
 * (`Content-Encoding: UTF-8`).
 */
function encodingsIn(header: string): string[] {
  const names = header.split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '' && name !== 'identity' && name !== 'none' && !isCharset(name))
}

function isCharset(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function collect(chunks: Buffer[]) {
  return async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk)
  }
}

/** @param start receives the first bytes, for an excerpt */
function atMost(limit: number, start: Buffer[] = []) {
  return async function* (source: AsyncIterable<Buffer>) {
    let size = 0
    for await (const chunk of source) {
      if (size < EXCERPT_BYTES) start.push(chunk)
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      yield chunk
    }
  }
}

function tooLarge(limit: number): WolkvoxFailure {
  return new WolkvoxFailure(
    'too_large',
    `the response is larger than the ${limit} bytes of WOLKVOX_MAX_RESPONSE_BYTES`,
  )
}

/** zlib's errors: Z_DATA_ERROR, Z_BUF_ERROR (the data ended too soon), … */
const isGzipError = (error: unknown) => codeOf(error).startsWith('Z_')

function notGzip(error: unknown, start: Buffer, redact: Redact): WolkvoxFailure {
  if (isGzipped(start)) {
    return new WolkvoxFailure('malformed', 'the gzip data of the response is broken or ends too soon', {
      cause: error,
    })
  }
  const excerpt = excerptOf(start, redact)
  const said = 'the response is declared as gzip, but is not'
  return new WolkvoxFailure('malformed', excerpt === '' ? said : `${said}: ${excerpt}`, { cause: error })
}

// The magic number of gzip and its only method. Neither JSON nor HTML begins like that.
const isGzipped = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08

/** Decodes the inner layers: those after the first, and gzip that the headers do not mention. */
async function undoHidden(body: Buffer, layers: number, limit: number, redact: Redact): Promise<Buffer> {
  if (layers === 0 || !isGzipped(body)) return body
  try {
    return await undoHidden(await gunzip(body, { maxOutputLength: limit }), layers - 1, limit, redact)
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw isGzipError(error) ? notGzip(error, body, redact) : error
  }
}
