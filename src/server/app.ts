import type { Server } from 'node:http'
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { limitConnections } from './connections.ts'
import { limits } from './limits.ts'
import { addManagement, type Readiness, type Reload } from './management.ts'
import { addMetrics, type RenderMetrics } from './metrics.ts'
import { addRefusals, plainTextRefusals, refuse, refuseUnreadable } from './refusals.ts'
import { trackResponses } from './responses.ts'
import { addServiceDiscovery, type DiscoveredOperation } from './service-discovery.ts'
import { addStatusPage, type StatusPage } from './status-page.ts'
import type { WebAccess } from './web-config/web-access.ts'

/** What the server serves, as functions: it does not know where the data comes from. */
export interface AppParts {
  readonly telemetryPath: string
  readonly renderMetrics: RenderMetrics
  readonly isReady: Readiness
  /** `undefined` if a reload by HTTP is not allowed. */
  readonly reload?: Reload | undefined
  readonly statusPage: StatusPage
  /** The operations that `/sd` lists. */
  readonly operations: () => readonly DiscoveredOperation[]
  readonly log: Logger
  /** Access as a web configuration decides; plain HTTP for everyone without it. */
  readonly webAccess?: WebAccess | undefined
}

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
  const { telemetryPath, log, webAccess } = parts
  const http = {
    ...plainTextRefusals.http,
    connectionsCheckingInterval: limits.timeoutCheckMs,
    headersTimeout: limits.headersTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
  }
  const options: FastifyHttpOptions<Server> = {
    ...plainTextRefusals,
    schemaController: { compilersFactory: noSchemas },
    clientErrorHandler: (error, connection) =>
      refuseUnreadable(error, connection, responses.on(connection) > 0),
    requestTimeout: limits.requestTimeoutMs,
    http,
    keepAliveTimeout: limits.keepAliveMs,
    bodyLimit: limits.maxBodyBytes,
    forceCloseConnections: 'idle',
  }
  // With TLS, the type of the application would be another one; all code here works with both.
  const withTls = webAccess?.https && { ...options, https: { ...http, ...webAccess.https } }
  const app = Fastify(withTls ?? options)
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).type('text/plain').send(`${error.message}\n`)
    log.error({ err: error, path: request.url }, 'request failed')
    return refuse(reply, 500)
  })
  // No route needs a body. Bodies are discarded, so that the response depends only on the route.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  const responses = trackResponses(app)
  const connections = limitConnections(app.server, responses.connections)
  // Otherwise a client that has connected and sends nothing would delay the shutdown.
  app.addHook('preClose', async () => connections.closeIdle())
  addRefusals(app, responses)
  webAccess?.protect(app)
  addMetrics(app, telemetryPath, parts.renderMetrics, responses)
  addManagement(app, parts.isReady, parts.reload)
  addServiceDiscovery(app, parts.operations, { telemetryPath, usesTls: webAccess?.https !== undefined })
  if (telemetryPath !== '/') addStatusPage(app, parts.statusPage)
  return app
}
