import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The responses in progress. */
export interface Responses {
  /** Connections that have any. */
  connections(): number
  /** How many a connection has: more than one if requests come without waiting for responses. */
  on(connection: Socket): number
}

/**
 * Tracks the responses in progress, aborts those that take longer than any scraper waits, and lets the others finish when the
 * server closes. Node alone would close a connection as idle when its response has been written, although most of it may still
 * wait for the reader.
 */
export function trackResponses(app: FastifyInstance): Responses {
  const inProgress = new Map<ServerResponse, number>()
  const perConnection = new Map<Socket, number>()
  const watchDeadline = createDeadline(inProgress)

  app.addHook('onRequest', ({ socket }, { raw }, done) => {
    inProgress.set(raw, performance.now())
    watchDeadline()
    perConnection.set(socket, (perConnection.get(socket) ?? 0) + 1)
    raw.on('close', () => {
      inProgress.delete(raw)
      const others = (perConnection.get(socket) ?? 1) - 1
      if (others === 0) perConnection.delete(socket)
      else perConnection.set(socket, others)
    })
    done()
  })
  app.addHook('preClose', async () => {
    await Promise.all([...inProgress.keys()].map((response) => once(response, 'close')))
  })
  return {
    connections: () => perConnection.size,
    on: (connection) => perConnection.get(connection) ?? 0,
  }
}

// Prometheus times out after 10 s by default; a client that reads for this long will not finish.
const DEADLINE_MS = 60_000

/**
 * Aborts responses that take longer than any scraper waits. One timer for all, set for the oldest: a timer for each response
 * would be a considerable part of the cost of a small scrape.
 *
 * @param inProgress when each began, in milliseconds by `performance.now()`, the oldest first
 * @returns a function to call when a response has begun
 */
function createDeadline(inProgress: ReadonlyMap<ServerResponse, number>): () => void {
  let timer: NodeJS.Timeout | undefined

  function abortOverdue(): void {
    timer = undefined
    for (const [response, beganAt] of inProgress) {
      const leftMs = beganAt + DEADLINE_MS - performance.now()
      if (leftMs > 0) {
        timer = setTimeout(abortOverdue, leftMs).unref()
        return
      }
      response.destroy()
    }
  }

  return () => {
    if (timer === undefined) abortOverdue()
  }
}
