import type { Server } from 'node:http'
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { addManagement, type Readiness } from './management.ts'
import { addMetrics, type RenderMetrics } from './metrics.ts'
import { addRefusals, plainTextRefusals, refuse, refuseUnreadable } from './refusals.ts'
import { trackResponses } from './responses.ts'
import { addStatusPage, type StatusPage } from './status-page.ts'
import type { Protection } from './web-config/protection.ts'

/** What the server serves, as functions: it does not know where the data comes from. */
export interface AppParts {
  readonly telemetryPath: string
  readonly renderMetrics: RenderMetrics
  readonly isReady: Readiness
  readonly statusPage: StatusPage
  readonly log: Logger
  /** TLS and authentication; plain HTTP for everyone without it. */
  readonly protection?: Protection | undefined
}

// A scraper sends its request immediately; a slower client only occupies a connection.
const REQUEST_TIMEOUT_MS = 10_000
// How often Node looks for requests that time out: idle connections must not keep scrapers out for long.
const CHECK_INTERVAL_MS = 2000
const KEEP_ALIVE_MS = 75_000
const MAX_BODY_BYTES = 1024

// Far more than any number of Prometheus servers opens. Connections above it are closed immediately.
const MAX_CONNECTIONS = 1024

// No route has a schema. Without these, Fastify loads its schema compilers: a fifth of all modules of the process.
const noSchemas = {
  buildValidator: refuseSchema,
  buildSerializer: refuseSchema,
}

function refuseSchema(): never {
  throw new Error('routes with a schema need the schema compilers of Fastify; remove compilersFactory')
}

/** Makes the HTTP application. It does not listen yet. */
export function createApp(parts: AppParts): FastifyInstance {
  const { telemetryPath, log, protection } = parts
  const http = { ...plainTextRefusals.http, connectionsCheckingInterval: CHECK_INTERVAL_MS }
  const options: FastifyHttpOptions<Server> = {
    ...plainTextRefusals,
    schemaController: { compilersFactory: noSchemas },
    clientErrorHandler: (error, connection) =>
      refuseUnreadable(error, connection, responses.on(connection) > 0),
    requestTimeout: REQUEST_TIMEOUT_MS,
    http,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: 'idle',
  }
  // With TLS, the type of the application would be another one; all code here works with both.
  const withTls = protection?.https && { ...options, https: { ...http, ...protection.https } }
  const app = Fastify(withTls ?? options)
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).type('text/plain').send(`${error.message}\n`)
    log.error({ err: error, path: request.url }, 'request failed')
    return refuse(reply, 500)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404))
  // No route needs a body. Bodies are discarded, so that the response depends only on the route.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  app.server.maxConnections = MAX_CONNECTIONS
  const responses = trackResponses(app)
  protection?.protect(app)
  addRefusals(app)
  addMetrics(app, telemetryPath, parts.renderMetrics, responses)
  addManagement(app, parts.isReady)
  if (telemetryPath !== '/') addStatusPage(app, parts.statusPage)
  return app
}
