import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify'

const CONTENT_TYPE = 'text/plain'

/** Responds with an HTTP status in plain text. The text is only the status, because a path could contain markup. */
export function refuse(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).type(CONTENT_TYPE).send(`${STATUS_CODES[status]}\n`)
}

// Prometheus retries at its next interval anyway; other clients need not wait that long.
const RETRY_AFTER_S = 5

/** Refuses a request because too many responses are in progress. */
export function refuseTooMany(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', RETRY_AFTER_S)
    .type(CONTENT_TYPE)
    .send('Too many responses are in progress; try again later.\n')
}

// By the code of Node's error. Any other error means that the request is not HTTP.
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Options that replace Fastify's JSON errors from before any handler runs. */
export const plainTextRefusals = {
  // Node would respond to a missing Host without a body.
  http: { requireHostHeader: false },
  frameworkErrors: (error, _request, reply) => void refuse(reply, error.statusCode ?? 500),
  // While the server closes, Fastify would respond with 503 on a kept connection. A last scrape should still succeed.
  return503OnClosing: false,
} satisfies FastifyServerOptions & { readonly http: object }

/** Responds in plain text where Node would respond without a body, because no route is reached. */
export function addRefusals(app: FastifyInstance): void {
  app.server.on('connect', (_request, connection) => {
    writeRefusal(connection, 404)
    connection.destroy()
  })
  app.server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { 'content-type': CONTENT_TYPE }).end(`${STATUS_CODES[417]}\n`)
  })
  app.addHook('onRequest', ({ raw }, reply, done) => {
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') refuse(reply, 400)
    else done()
  })
}

/**
 * Responds to a request that cannot be parsed, and closes the connection.
 *
 * @param isResponding whether a response is in progress on the connection; a second one must not be written into it
 */
export function refuseUnreadable(
  error: NodeJS.ErrnoException,
  connection: Socket,
  isResponding: boolean,
): void {
  const { code = '' } = error
  // Without a TLS handshake there is nothing to write to.
  const isHttp = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_')
  if (isHttp && connection.writable && !isResponding) writeRefusal(connection, STATUS_OF[code] ?? 400)
  connection.destroy(error)
}

function writeRefusal(connection: Duplex, status: number): void {
  const body = `${STATUS_CODES[status]}\n`
  connection.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}
