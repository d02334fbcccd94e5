import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import Negotiator from 'negotiator'

const compress = promisify(gzip)

/** How the bytes of a response reach the client. Only `complete` sends them all. */
export type Delivery = 'complete' | 'half' | 'drip' | 'never' | 'reset'

/** A response of the API, before compression. */
export interface SimulatedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly delivery: Delivery
}

/** A response with `value` as JSON. */
export function jsonResponse(status: number, value: unknown): SimulatedResponse {
  return textResponse(status, 'application/json; charset=utf-8', JSON.stringify(value))
}

/** A response with any other content type. */
export function textResponse(status: number, contentType: string, body: string): SimulatedResponse {
  return { status, headers: { 'content-type': contentType }, body, delivery: 'complete' }
}

/** An error that wolkvox reports to the client. */
export interface ApiError {
  readonly code: number
  readonly error: string
  readonly msg: string
}

/** The errors in wolkvox's documentation. */
export const apiErrors = {
  unknownApi: { code: 400, error: 'BAD REQUEST', msg: 'THE API YOU WANT TO CONSULT DOES NOT EXIST' },
  missingParameters: { code: 400, error: 'BAD REQUEST', msg: 'SOME PARAMETERS ARE REQUIRED' },
  missingToken: { code: 401, error: 'UNAUTHORIZED', msg: 'PLEASE ENTER THE WOLKVOX-TOKEN' },
  tokenLimit: { code: 403, error: 'FORBIDDEN', msg: 'TOKEN LIMIT EXCEEDED' },
  simultaneousRequests: {
    code: 403,
    error: 'FORBIDDEN',
    msg: 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)',
  },
  invalidToken: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
} as const satisfies Record<string, ApiError>

/** Records in wolkvox's envelope. */
export function recordsResponse(records: readonly object[]): SimulatedResponse {
  return jsonResponse(200, {
    code: 200,
    error: null,
    msg: `${records.length} records were found`,
    data: records,
  })
}

/** An error in wolkvox's envelope; the HTTP status is its code. */
export function errorResponse({ code, error, msg }: ApiError): SimulatedResponse {
  return jsonResponse(code, { code, error, msg, data: null })
}

/** The same error as some servers send it: HTTP status 200, the code as a string, no `data`. */
export function errorResponseWithStatus200({ code, error, msg }: ApiError): SimulatedResponse {
  return jsonResponse(200, { code: String(code), error, msg })
}

/** Whether an Accept-Encoding header allows gzip and does not prefer the uncompressed body. */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }
  return new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip'
}

interface EncodedBody {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

async function encodeBody(body: string, acceptEncoding: string | undefined): Promise<EncodedBody> {
  const vary = { vary: 'accept-encoding' }
  if (!prefersGzip(acceptEncoding)) return { bytes: Buffer.from(body), headers: vary }
  return { bytes: await compress(body), headers: { ...vary, 'content-encoding': 'gzip' } }
}

/** One byte a second: no total timeout is long enough, and no idle timeout is short enough. */
const dripIntervalMs = 1000

/** Each sends the bytes of a response whose status and headers are set but not sent yet. */
const incompleteDeliveries: Record<
  Exclude<Delivery, 'complete'>,
  (response: ServerResponse, bytes: Buffer) => void
> = {
  half: (response, bytes) => {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  },
  drip: (response, bytes) => {
    let sent = 0
    response.flushHeaders()
    const timer = setInterval(() => {
      response.write(bytes.subarray(sent, sent + 1))
      sent += 1
      if (sent >= bytes.length) response.end()
    }, dripIntervalMs)
    response.once('close', () => clearInterval(timer))
  },
  never: () => {},
  reset: (response) => {
    response.socket?.resetAndDestroy()
  },
}

/** Sends a response with its delivery, compressed if the Accept-Encoding header allows it. */
export async function sendResponse(reply: FastifyReply, response: SimulatedResponse): Promise<void> {
  const { bytes, headers } = await encodeBody(response.body, reply.request.headers['accept-encoding'])
  const allHeaders = { ...response.headers, ...headers, 'content-length': String(bytes.length) }
  if (response.delivery === 'complete') {
    await reply.code(response.status).headers(allHeaders).send(bytes)
    return
  }
  // Fastify always completes a response; only a hijacked one can stay broken.
  reply.hijack()
  reply.raw.statusCode = response.status
  for (const [name, value] of Object.entries(allHeaders)) reply.raw.setHeader(name, value)
  incompleteDeliveries[response.delivery](reply.raw, bytes)
}
