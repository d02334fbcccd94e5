import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Body } from '../exposition/exposition.ts'
import { contentTypes, type Format } from '../exposition/format.ts'
import { acceptsGzip, formatFor } from './negotiation.ts'
import { createSendPlainText } from './plain-text.ts'
import type { Responses } from './responses.ts'
import { sendTooMany } from './too-many.ts'

/** Makes the body of a scrape. */
export type RenderMetrics = (format: Format) => Promise<Body>

// The bytes are everybody's: a connection that waits for its reader holds little but its place. Below those that are taken at
// all, so that whoever comes beyond can be told.
const MAX_CONNECTIONS = 512

// No scraper asks again before it has its answer; whoever does is to stand in nobody's way but his own.
const MAX_ON_CONNECTION = 8

/** `GET` and `HEAD` of the metrics, in the format and the encoding that the scraper asks for. */
export function addMetrics(
  app: FastifyInstance,
  path: string,
  renderMetrics: RenderMetrics,
  responses: Responses,
): void {
  const sendPlainText = createSendPlainText()

  app.get(path, async ({ raw: { headers, method, socket } }, reply) => {
    if (responses.connections() > MAX_CONNECTIONS || responses.on(socket) > MAX_ON_CONNECTION) {
      return sendTooMany(reply)
    }
    const format = formatFor(headers)
    const body = await renderMetrics(format)
    // Whoever has gone away meanwhile takes no place, which nothing would give back.
    if (socket.destroyed) return reply.hijack()
    const encoding = acceptsGzip(headers) ? 'gzip' : 'identity'
    const head = headersOf(body, format, encoding)
    return encoding === 'gzip' || method === 'HEAD'
      ? sendPieces(reply, head, body.gzipped)
      : sendPlainText(reply, head, body.gzipped)
  })
}

function headersOf({ gzipped, length }: Body, format: Format, encoding: 'gzip' | 'identity') {
  const headers: OutgoingHttpHeaders = {
    'content-type': contentTypes[format],
    vary: 'Accept, Accept-Encoding',
    'cache-control': 'no-store',
    'content-length': encoding === 'gzip' ? sizeOf(gzipped) : length,
  }
  // No spread of what else there is: V8 would put that together key by key, for each scrape.
  if (encoding === 'gzip') headers['content-encoding'] = encoding
  return headers
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((size, { length }) => size + length, 0)
}

/** Writes the pieces as they are, past Fastify, which takes one at most; of an answer to `HEAD`, Node leaves them out. */
function sendPieces(
  reply: FastifyReply,
  headers: OutgoingHttpHeaders,
  pieces: readonly Uint8Array[],
): FastifyReply {
  const { raw } = reply.hijack()
  raw.writeHead(200, headers)
  for (const piece of pieces.slice(0, -1)) raw.write(piece)
  // With the last one, as an end of its own would be one more step for each scrape.
  raw.end(pieces.at(-1))
  return reply
}
