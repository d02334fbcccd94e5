import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { contentTypes, type Format } from '../exposition/format.ts'
import { acceptsGzip, formatFor } from './negotiation.ts'

/** Makes the body of a scrape. */
export type RenderMetrics = (format: Format) => Promise<Buffer>

const compress = promisify(gzip)

/** Compresses a body once, however many scrapers it is sent to. */
function createCompressor(): (body: Buffer) => Promise<Buffer> {
  const compressed = new WeakMap<Buffer, Promise<Buffer>>()
  return (body) => {
    const known = compressed.get(body) ?? compress(body, { level: constants.Z_BEST_SPEED })
    compressed.set(body, known)
    return known
  }
}

/** `GET` of the metrics, in the format and the encoding that the scraper asks for. */
export function addMetrics(app: FastifyInstance, path: string, renderMetrics: RenderMetrics): void {
  const compressOnce = createCompressor()
  app.get(path, async ({ headers }, reply) => {
    const format = formatFor(headers)
    const body = await renderMetrics(format)
    reply
      .header('content-type', contentTypes[format])
      .header('vary', 'Accept, Accept-Encoding')
      .header('cache-control', 'no-store')
    if (!acceptsGzip(headers)) return body
    return reply.header('content-encoding', 'gzip').send(await compressOnce(body))
  })
}
