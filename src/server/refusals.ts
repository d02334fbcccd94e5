import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify'

const CONTENT_TYPE = 'text/plain'

/** Answers with an HTTP status in plain text. The text is the status alone: a path could contain markup. */
export function refuse(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).type(CONTENT_TYPE).send(`${STATUS_CODES[status]}\n`)
}

// By the code of Node's error. Every other is a request that is not HTTP.
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Options for what Fastify answers in JSON before any handler runs. */
export const plainTextRefusals = {
  // Node would answer a missing Host without a body.
  http: { requireHostHeader: false },
  frameworkErrors: (error, _request, reply) => void refuse(reply, error.statusCode ?? 500),
  // While the server closes, Fastify would answer 503 on a kept connection. A last scrape may as well succeed.
  return503OnClosing: false,
} satisfies FastifyServerOptions & { readonly http: object }

/** Answers in plain text what Node answers without a body, as no route is reached. */
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
 * Answers a request that cannot be read, and closes the connection.
 *
 * @param isAnswering whether a response is under way on it; another must not be written into that
 */
export function refuseUnreadable(
  error: NodeJS.ErrnoException,
  connection: Socket,
  isAnswering: boolean,
): void {
  if (connection.writable && !isAnswering) writeRefusal(connection, STATUS_OF[error.code ?? ''] ?? 400)
  connection.destroy(error)
}

function writeRefusal(connection: Duplex, status: number): void {
  const body = `${STATUS_CODES[status]}\n`
  connection.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}
