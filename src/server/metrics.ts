import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { contentTypes, type Format } from '../exposition/format.ts'
import { acceptsGzip, formatFor } from './negotiation.ts'

/** Makes the body of a scrape. */
export type RenderMetrics = (format: Format) => Promise<Buffer>

const compress = promisify(gzip)

/** `GET` of the metrics, in the format and the encoding that the scraper asks for. */
export function addMetrics(app: FastifyInstance, path: string, renderMetrics: RenderMetrics): void {
  app.get(path, async ({ headers }, reply) => {
    const format = formatFor(headers)
    const body = await renderMetrics(format)
    reply
      .header('content-type', contentTypes[format])
      .header('vary', 'Accept, Accept-Encoding')
      .header('cache-control', 'no-store')
    if (!acceptsGzip(headers)) return body
    return reply
      .header('content-encoding', 'gzip')
      .send(await compress(body, { level: constants.Z_BEST_SPEED }))
  })
}
