import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

// Prometheus gives up after 10 s unless it is told otherwise; whoever reads for so long is not going to end.
const DEADLINE_MS = 60_000

/** The responses that have begun and are not finished. */
export interface Responses {
  /** Connections that have any. */
  connections(): number
  /** How many one connection has: more than one where requests come without waiting for answers. */
  on(connection: Socket): number
}

/**
 * Knows which responses are under way, cuts off those that take longer than any scraper waits, and lets the others finish
 * when the server closes: Node would cut a connection as idle once its response has been written to the end, though most
 * of it may still wait for the reader.
 */
export function trackResponses(app: FastifyInstance): Responses {
  const underWay = new Map<Socket, Set<ServerResponse>>()
  app.addHook('onRequest', ({ socket }, { raw }, done) => {
    const deadline = setTimeout(() => raw.destroy(), DEADLINE_MS)
    const ofSocket = underWay.get(socket) ?? new Set()
    underWay.set(socket, ofSocket.add(raw))
    raw.once('close', () => {
      clearTimeout(deadline)
      ofSocket.delete(raw)
      if (ofSocket.size === 0) underWay.delete(socket)
    })
    done()
  })
  app.addHook('preClose', async () => {
    const responses = [...underWay.values()].flatMap((ofSocket) => [...ofSocket])
    await Promise.all(responses.map((response) => once(response, 'close')))
  })
  return {
    connections: () => underWay.size,
    on: (connection) => underWay.get(connection)?.size ?? 0,
  }
}
