import Fastify, { type FastifyInstance } from 'fastify'

/** Longer than any caller should wait, so that an answer that never comes is the caller's to give up on. */
const idleSocketMs = 10 * 60_000

/** A Fastify server without routes, its limits set; `close` cuts every connection. */
export function createHttpServer(): FastifyInstance {
  return Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: 1024,
    requestTimeout: 10_000,
    connectionTimeout: idleSocketMs,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
  })
}
