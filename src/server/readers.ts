import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

// Prometheus gives up after 10 s unless it is told otherwise; whoever reads for so long is not going to end.
const DEADLINE_MS = 60_000

// Far more than any number of Prometheus servers opens; what comes beyond is closed at once.
const MAX_CONNECTIONS = 1024

/** Whoever has asked and not yet been answered to the end. */
export interface Readers {
  /** How many responses are not finished. */
  underWay(): number
}

/**
 * Bounds what slow readers can hold, yet lets them finish when the server closes: Node would cut a connection as idle
 * once its response has been written to the end, though most of it may still wait for the reader.
 */
export function careForReaders(app: FastifyInstance): Readers {
  const underWay = new Set<ServerResponse>()
  app.server.maxConnections = MAX_CONNECTIONS
  app.addHook('onRequest', (_request, { raw }, done) => {
    const deadline = setTimeout(() => raw.destroy(), DEADLINE_MS)
    underWay.add(raw)
    raw.once('close', () => {
      clearTimeout(deadline)
      underWay.delete(raw)
    })
    done()
  })
  app.addHook('preClose', async () => {
    await Promise.all([...underWay].map((response) => once(response, 'close')))
  })
  return { underWay: () => underWay.size }
}
