import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { STATUS_CODES } from '../node-http.ts'
import { limits } from './limits.ts'
import type { Responses } from './responses.ts'

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

const METHODS = ['GET', 'HEAD', 'POST'] as const

/** Responds in plain text where Node would respond without a body, and refuses requests above the limits, before any route. */
export function addRefusals(app: FastifyInstance, responses: Responses): void {
  app.server.maxHeadersCount = limits.maxHeaders + 1
  app.server.on('connect', (_request, connection) => {
    endWithRefusal(connection as Socket, 405, `Allow: ${METHODS.join(', ')}\r\n`)
  })
  app.server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { 'content-type': CONTENT_TYPE }).end(`${STATUS_CODES[417]}\n`)
  })
  app.addHook('onRequest', ({ raw, socket }, reply, done) => {
    const status = statusOfRefusal(raw)
    // Otherwise Node would read the rest of a body that is not needed.
    if (status !== undefined) refuse(reply.header('connection', 'close'), status)
    else if (responses.on(socket) > limits.maxResponsesPerConnection) {
      refuseTooMany(reply.header('connection', 'close'))
    } else {
      // The response does not wait for the body, which could be slow, endless or hide another request.
      if (hasBody(raw)) reply.raw.setHeader('connection', 'close')
      done()
    }
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(app, request)
    return allowed === '' ? refuse(reply, 404) : refuse(reply.header('allow', allowed), 405)
  })
}

function statusOfRefusal(request: IncomingMessage): number | undefined {
  const { headers, httpVersion, method, rawHeaders, url = '' } = request
  if (httpVersion === '1.1') {
    if (headers.host === undefined) return 400
    // Node also accepts 0.9 and 2.0.
  } else if (httpVersion !== '1.0') return 505
  // Fastify would take it for `/`.
  if (url === '*' && method !== 'OPTIONS') return 400
  if (url.length > limits.maxUrlBytes) return 414
  if (rawHeaders.length > 2 * limits.maxHeaders) return 431
  if (Number(headers['content-length'] ?? 0) > limits.maxBodyBytes) return 413
  // Node accepts others, and a proxy could read them differently.
  if (!/^chunked$/i.test(headers['transfer-encoding'] ?? 'chunked')) return 400
  return undefined
}

function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined
}

/** The methods of a path; none if it does not exist. `OPTIONS *` asks about the whole server. */
function allowedMethods(app: FastifyInstance, { url }: FastifyRequest): string {
  const path = url.split('?', 1)[0] ?? ''
  return METHODS.filter((method) => path === '*' || app.hasRoute({ method, url: path })).join(', ')
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
  // The refusal of its first error is still being sent.
  if (connection.writableEnded) return
  const { code = '' } = error
  // Without a TLS handshake there is nothing to write to.
  const isHttp = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_')
  if (isHttp && connection.writable && !isResponding) endWithRefusal(connection, statusOf(error))
  else connection.destroy(error)
}

// As far as the packet shows it: method and path without the end of the path.
const UNFINISHED_PATH = /^[A-Z]+ \S*$/

function statusOf({ code = '', rawPacket }: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): number {
  const start = rawPacket?.toString('latin1', 0, limits.maxHeaderBytes) ?? ''
  if (code === 'HPE_HEADER_OVERFLOW' && UNFINISHED_PATH.test(start)) return 414
  return STATUS_OF[code] ?? 400
}

// A client that reads gets the few bytes immediately.
const LINGER_MS = 1000

/**
 * Closes the connection when the refusal is sent: with TLS, bytes would be lost if it were closed before.
 *
 * @param headers further headers, each with its line end
 */
function endWithRefusal(connection: Socket, status: number, headers = ''): void {
  const body = `${STATUS_CODES[status]}\n`
  connection.setTimeout(LINGER_MS, () => connection.destroy())
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${headers}` +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => connection.destroy(),
  )
}
