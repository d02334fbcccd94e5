import type { FastifyInstance } from 'fastify'

// Prometheus gives up after 10 s unless it is told otherwise; whoever reads for so long is not going to end.
const DEADLINE_MS = 60_000

// Far more than any number of Prometheus servers opens; what comes beyond is closed at once.
const MAX_CONNECTIONS = 1024

/**
 * Bounds what slow readers can hold, yet lets them finish when the server closes: Node would cut a connection as idle
 * once its response has been written to the end, though most of it may still wait for the reader.
 */
export function careForReaders(app: FastifyInstance): void {
  const underWay = new Set<Promise<void>>()
  app.server.maxConnections = MAX_CONNECTIONS
  app.addHook('onRequest', async (_request, { raw }) => {
    const deadline = setTimeout(() => raw.destroy(), DEADLINE_MS)
    const closed = new Promise<void>((resolve) => raw.once('close', resolve))
    underWay.add(closed)
    void closed.then(() => {
      clearTimeout(deadline)
      underWay.delete(closed)
    })
  })
  app.addHook('preClose', async () => {
    await Promise.all(underWay)
  })
}
