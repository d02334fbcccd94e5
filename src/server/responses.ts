import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { createCutOff } from './cut-off.ts'

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
  const underWay = new Map<ServerResponse, number>()
  const perConnection = new Map<Socket, number>()
  const cutOff = createCutOff(underWay)

  app.addHook('onRequest', ({ socket }, { raw }, done) => {
    underWay.set(raw, performance.now())
    cutOff()
    perConnection.set(socket, (perConnection.get(socket) ?? 0) + 1)
    raw.on('close', () => {
      underWay.delete(raw)
      const others = (perConnection.get(socket) ?? 1) - 1
      if (others === 0) perConnection.delete(socket)
      else perConnection.set(socket, others)
    })
    done()
  })
  app.addHook('preClose', async () => {
    await Promise.all([...underWay.keys()].map((response) => once(response, 'close')))
  })
  return {
    connections: () => perConnection.size,
    on: (connection) => perConnection.get(connection) ?? 0,
  }
}
