import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Body } from '../exposition/exposition.ts'
import { contentTypes, type Format } from '../model/family.ts'
import { clientOf, displacedBy } from './fair-share.ts'
import { limits } from './limits.ts'
import { acceptsGzip, formatFor } from './negotiation.ts'
import { refuseTooMany } from './refusals.ts'
import type { Responses } from './responses.ts'

/**
 * Makes the body of a scrape.
 *
 * @param operations only these; everything if `undefined`
 * @returns `undefined` if one of them does not exist
 */
export type RenderMetrics = (
  format: Format,
  operations: readonly string[] | undefined,
) => Promise<Body | undefined>

/** The values of a parameter of the query. */
type Query = Record<string, string | string[] | undefined>

/**
 * `GET` and `HEAD` of the metrics, in the format and the encoding that the scraper accepts. With `?operation=NAME`, once or several
 * times, only those of these operations. Other parameters are ignored.
 */
export function addMetrics(
  app: FastifyInstance,
  path: string,
  renderMetrics: RenderMetrics,
  responses: Responses,
): void {
  // The oldest first.
  const plainTexts = new Map<ServerResponse, string>()

  function makeRoomForPlainText(client: string): boolean {
    if (plainTexts.size < limits.maxPlainText) return true
    const holders = Array.from(plainTexts, ([response, holder]) => ({
      response,
      client: holder,
      isIdle: false,
    }))
    const displaced = displacedBy(client, holders)
    if (displaced === undefined) return false
    // It counts as ended now: other requests may arrive before its `close` event.
    plainTexts.delete(displaced.response)
    displaced.response.destroy()
    return true
  }

  /**
   * For the few clients that do not accept gzip: the text is decompressed for each of them, as fast as it is read, so that it
   * need not be kept in memory.
   */
  function sendPlainText(
    reply: FastifyReply,
    headers: OutgoingHttpHeaders,
    chunks: readonly Uint8Array[],
  ): FastifyReply {
    const { raw, request } = reply
    const client = clientOf(request.socket)
    if (!makeRoomForPlainText(client)) return refuseTooMany(reply)
    plainTexts.set(raw, client)
    raw.once('close', () => plainTexts.delete(raw))
    const text = createGunzip()
    // It decompresses as it is read. If the client disconnects, Fastify destroys it with the rest.
    for (const chunk of chunks) text.write(chunk)
    text.end()
    return reply.headers(headers).send(text)
  }

  app.get<{ Querystring: Query }>(path, async ({ query, raw: { headers, method, socket } }, reply) => {
    // Responses share their bytes, so that a slow reader costs little more than its connection.
    if (!responses.makeRoomFor(socket)) return refuseTooMany(reply)
    const format = formatFor(headers)
    const { operation } = query
    const body = await renderMetrics(format, operation === undefined ? undefined : [operation].flat())
    // The list of names is in the log only.
    if (body === undefined) return reply.code(404).type('text/plain').send(UNKNOWN_OPERATION)
    // A client that has disconnected meanwhile must not count as in progress: nothing would end that.
    if (socket.destroyed) return reply.hijack()
    const encoding = acceptsGzip(headers) ? 'gzip' : 'identity'
    const head = headersOf(body, format, encoding)
    return encoding === 'gzip' || method === 'HEAD'
      ? sendChunks(reply, head, body.gzipped)
      : sendPlainText(reply, head, body.gzipped)
  })
}

const UNKNOWN_OPERATION = 'There is no such operation here; the log of the exporter lists all.\n'

function headersOf({ gzippedLength, length }: Body, format: Format, encoding: 'gzip' | 'identity') {
  const headers: OutgoingHttpHeaders = {
    'content-type': contentTypes[format],
    vary: 'Accept, Accept-Encoding',
    'cache-control': 'no-store',
    'content-length': encoding === 'gzip' ? gzippedLength : length,
  }
  // Assigned instead of spread: V8 would copy a spread object key by key for each scrape.
  if (encoding === 'gzip') headers['content-encoding'] = encoding
  return headers
}

/** Writes the chunks past Fastify, which accepts one at most. Node leaves them out of a response to `HEAD`. */
function sendChunks(
  reply: FastifyReply,
  headers: OutgoingHttpHeaders,
  chunks: readonly Uint8Array[],
): FastifyReply {
  const { raw } = reply.hijack()
  raw.writeHead(200, headers)
  for (const chunk of chunks.slice(0, -1)) raw.write(chunk)
  // Passing the last chunk to `end()` saves one write per scrape.
  raw.end(chunks.at(-1))
  return reply
}
