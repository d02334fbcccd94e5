import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify, TextDecoder } from 'node:util'
import { createGunzip, gunzip as gunzipWithCallback } from 'node:zlib'
import { codeOf } from '../error-text.ts'
import { EXCERPT_BYTES, excerptOf, quote } from './excerpt.ts'
import { WolkvoxFailure } from './failure.ts'
import type { Redact } from './redaction.ts'

const gunzip = promisify(gunzipWithCallback)

/** The headers of a response that describe its body. */
export interface BodyHeaders {
  /** `Content-Encoding`. The exporter requests only gzip, so it reads only gzip or none. */
  readonly encoding: string
  /** `Content-Length`; `NaN` if there is none. */
  readonly length: number
}

// A server and a proxy can each compress the body, and the headers may mention only one of them.
const MAX_LAYERS = 2

const GZIP = /^(?:x-)?gzip$/

/**
 * Reads and decodes a body, with at most the limit in memory. A `Content-Length` above the limit fails before the body is
 * read.
 *
 * @param limit bytes, of the encoded body as well as the decoded one
 * @throws WolkvoxFailure `too_large` above the limit, `malformed` for a body that cannot be decoded
 * @throws any error of the connection if it breaks
 */
export async function readBody(
  body: Readable,
  { encoding, length }: BodyHeaders,
  limit: number,
  redact: Redact,
): Promise<Buffer> {
  // The caller closes the connection, so the body need not be read.
  if (length > limit) throw bodyTooLarge(limit)
  const encodings = encodingsIn(encoding)
  if (encodings.length > MAX_LAYERS || !encodings.every((name) => GZIP.test(name))) {
    throw new WolkvoxFailure(
      'malformed',
      `the response has a content encoding that was not requested: ${quote(encoding, redact) || 'unknown'}`,
    )
  }
  const chunks: Buffer[] = []
  if (encodings.length === 0) await pipeline(body, limitSize(limit), collect(chunks))
  else await decodeGzip(body, chunks, limit, redact)
  return decodeInnerLayers(Buffer.concat(chunks), MAX_LAYERS - Math.min(1, encodings.length), limit, redact)
}

/** Decodes the outermost layer as a stream. */
async function decodeGzip(body: Readable, chunks: Buffer[], limit: number, redact: Redact): Promise<void> {
  const encoded: Buffer[] = []
  try {
    await pipeline(body, limitSize(limit, encoded), createGunzip(), limitSize(limit), collect(chunks))
  } catch (error) {
    if (!isGzipError(error)) throw error
    const start = Buffer.concat(encoded)
    if (start.length > 0) throw notGzip(error, start, redact)
  }
}

/**
 * The encodings of a header, without those that have no effect: `identity`, and a charset that a script sends by mistake
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
function limitSize(limit: number, start: Buffer[] = []) {
  return async function* (source: AsyncIterable<Buffer>) {
    let size = 0
    for await (const chunk of source) {
      if (size < EXCERPT_BYTES) start.push(chunk)
      size += chunk.length
      if (size > limit) throw bodyTooLarge(limit)
      yield chunk
    }
  }
}

function bodyTooLarge(limit: number): WolkvoxFailure {
  return new WolkvoxFailure(
    'too_large',
    `the response is larger than the ${limit} bytes of WOLKVOX_MAX_RESPONSE_BYTES (max_response_bytes in a file)`,
  )
}

/** Errors of zlib: Z_DATA_ERROR, Z_BUF_ERROR (the data is truncated), … */
const isGzipError = (error: unknown) => codeOf(error).startsWith('Z_')

function notGzip(error: unknown, start: Buffer, redact: Redact): WolkvoxFailure {
  if (isGzipped(start)) {
    return new WolkvoxFailure('malformed', 'the gzip data of the response is corrupt or truncated', {
      cause: error,
    })
  }
  const excerpt = excerptOf(start, redact)
  const problem = 'the response is declared as gzip, but is not'
  return new WolkvoxFailure('malformed', excerpt === '' ? problem : `${problem}: ${excerpt}`, {
    cause: error,
  })
}

// The magic number of gzip and its only method. JSON and HTML never begin with these bytes.
const isGzipped = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08

/** Decodes the inner layers: those after the first, and gzip that the headers do not mention. */
async function decodeInnerLayers(
  body: Buffer,
  layers: number,
  limit: number,
  redact: Redact,
): Promise<Buffer> {
  if (layers === 0 || !isGzipped(body)) return body
  try {
    return await decodeInnerLayers(await gunzip(body, { maxOutputLength: limit }), layers - 1, limit, redact)
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(limit)
    throw isGzipError(error) ? notGzip(error, body, redact) : error
  }
}
