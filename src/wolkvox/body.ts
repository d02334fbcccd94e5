import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { WolkvoxFailure } from './failure.ts'

/** What the headers of an answer say about its body. */
export interface BodyHeaders {
  /** `Content-Encoding`. Only what was asked for is read: gzip or nothing. */
  readonly encoding: string
  /** `Content-Length`; `NaN` where there is none. */
  readonly length: number
}

/**
 * Reads a body to its end and undoes its content encoding, holding no more than the limit at any moment. A length above
 * the limit is refused before a byte is read.
 *
 * @param limit bytes, of the encoded body as well as the decoded one
 * @throws WolkvoxFailure `too_large` past the limit, `malformed` for an encoding that cannot be undone
 * @throws any error of the connection, when it broke
 */
export async function readBody(
  body: Readable,
  { encoding, length }: BodyHeaders,
  limit: number,
): Promise<Buffer> {
  if (length > limit) {
    body.destroy()
    throw tooLarge(limit)
  }
  const chunks: Buffer[] = []
  const keep = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk)
  }
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      await pipeline(body, atMost(limit), keep)
      break
    case 'gzip':
    case 'x-gzip':
      await pipeline(body, atMost(limit), createGunzip(), atMost(limit), keep).catch(blameEncoding)
      break
    default:
      throw new WolkvoxFailure('malformed', 'the answer has a content encoding that was not asked for')
  }
  return Buffer.concat(chunks)
}

function atMost(limit: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let size = 0
    for await (const chunk of source) {
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      yield chunk
    }
  }
}

function tooLarge(limit: number): WolkvoxFailure {
  return new WolkvoxFailure(
    'too_large',
    `the answer is larger than the ${limit} bytes of WOLKVOX_MAX_RESPONSE_BYTES`,
  )
}

function blameEncoding(error: NodeJS.ErrnoException): never {
  // zlib's own errors: Z_DATA_ERROR, Z_BUF_ERROR (it ended too soon), …
  if (error.code?.startsWith('Z_')) {
    throw new WolkvoxFailure('malformed', 'the answer says it is gzip, but is not', { cause: error })
  }
  throw error
}
