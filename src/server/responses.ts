import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { clientOf, displacedBy } from './fair-share.ts'
import { limits } from './limits.ts'

/** The responses in progress. */
export interface Responses {
  /** Connections that have any, the oldest response first. */
  connections(): Iterable<Socket>
  /** How many a connection has: more than one if requests come without waiting for responses. */
  on(connection: Socket): number
  /**
   * Whether a response of unlimited size can begin on a connection, which already counts as one that has a response in progress.
   * If too many are in progress, it ends one of a greedier client; see {@link displacedBy}.
   */
  makeRoomFor(connection: Socket): boolean
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

  // Before Fastify: a packet of requests that are ignored costs little.
  const serve = app.server.listeners('request')
  app.server.removeAllListeners('request').on('request', (request, response) => {
    const { socket } = request
    const others = perConnection.get(socket) ?? 0
    // The request before this one was refused, and its response closes the connection.
    if (others > limits.maxResponsesPerConnection) return
    inProgress.set(response, performance.now())
    watchDeadline()
    perConnection.set(socket, others + 1)
    response.on('close', () => {
      inProgress.delete(response)
      const left = (perConnection.get(socket) ?? 1) - 1
      if (left === 0) perConnection.delete(socket)
      else perConnection.set(socket, left)
    })
    for (const listener of serve) listener.call(app.server, request, response)
  })
  app.addHook('preClose', async () => {
    await Promise.all([...inProgress.keys()].map((response) => once(response, 'close')))
  })
  return {
    connections: () => perConnection.keys(),
    on: (connection) => perConnection.get(connection) ?? 0,
    makeRoomFor(connection) {
      // The usual case costs no more than this.
      if (perConnection.size <= limits.maxResponding) return true
      const others = [...perConnection.keys()].filter((socket) => socket !== connection && !socket.destroyed)
      if (others.length < limits.maxResponding) return true
      const displaced = displacedBy(clientOf(connection), others.map(asHolder))
      displaced?.socket.destroy()
      return displaced !== undefined
    },
  }
}

const asHolder = (socket: Socket) => ({ socket, client: clientOf(socket), isIdle: false })

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
      const leftMs = beganAt + limits.responseMs - performance.now()
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
