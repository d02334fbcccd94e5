import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { addHealth, type Readiness } from './health.ts'
import { addLandingPage, type LandingPage } from './landing-page.ts'
import { addLifecycle } from './lifecycle.ts'
import { addMetrics, type RenderMetrics } from './metrics.ts'
import { addRefusals, plainTextRefusals, refuse, refuseUnreadable } from './refusals.ts'
import { trackResponses } from './responses.ts'

/** What the server serves, given as functions so that it need not know where it comes from. */
export interface AppParts {
  readonly telemetryPath: string
  readonly renderMetrics: RenderMetrics
  readonly isReady: Readiness
  readonly landingPage: LandingPage
  readonly log: Logger
}

// A scraper sends its request at once; whoever takes longer holds a connection for nothing.
const REQUEST_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 75_000
const MAX_BODY_BYTES = 1024

// Far more than any number of Prometheus servers opens; what comes beyond is closed at once.
const MAX_CONNECTIONS = 1024

/** Makes the HTTP application, not yet listening. */
export function createApp(parts: AppParts): FastifyInstance {
  const { telemetryPath, log } = parts
  const app = Fastify({
    ...plainTextRefusals,
    clientErrorHandler: (error, connection) =>
      refuseUnreadable(error, connection, responses.on(connection) > 0),
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: 'idle',
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).type('text/plain').send(`${error.message}\n`)
    log.error({ err: error, path: request.url }, 'request failed')
    return refuse(reply, 500)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404))
  // No request has a body that matters; whatever comes is read past, so that a route decides alone what it answers.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  app.server.maxConnections = MAX_CONNECTIONS
  const responses = trackResponses(app)
  addRefusals(app)
  addMetrics(app, telemetryPath, parts.renderMetrics, responses)
  addHealth(app, parts.isReady)
  addLifecycle(app)
  if (telemetryPath !== '/') addLandingPage(app, parts.landingPage)
  return app
}
