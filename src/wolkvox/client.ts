import { Agent, request } from 'undici'
import type { Operation } from '../config/operation.ts'
import { readBody } from './body.ts'
import { connectionFailure, transferFailure } from './connection-failure.ts'
import { WolkvoxFailure } from './failure.ts'
import { createRedactor } from './redaction.ts'
import type { ApiResponse } from './response.ts'

// A firewall that drops packets should not use up the time of the whole request.
const CONNECT_TIMEOUT_MS = 10_000

// Well below the timeout of the request, so that the failure says which of the two it was.
const CONNECT_SHARE = 1 / 2

// A response that stops for this long does not continue.
const IDLE_BODY_TIMEOUT_MS = 30_000

/** The settings of an operation that a request needs. */
export type Endpoint = Pick<Operation, 'baseUrl' | 'server' | 'token' | 'timeoutMs' | 'maxResponseBytes'>

/**
 * Sends one GET request to the wolkvox API. Follows no redirect and retries nothing.
 *
 * @param path path and query of the report
 * @param signal aborts the request; its reason is thrown unchanged
 * @returns the response with any status, with its body decoded
 * @throws WolkvoxFailure if no complete response arrives within the limits
 */
export async function fetchResponse(
  endpoint: Endpoint,
  path: string,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const { timeoutMs } = endpoint
  const tooSlow = new AbortController()
  const deadline = setTimeout(
    () => tooSlow.abort(new WolkvoxFailure('timeout', `the request took longer than ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const dispatcher = new Agent({
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs * CONNECT_SHARE) },
    // The next request is minutes away, so keeping the connection is useless.
    pipelining: 0,
    // undici takes a reset within an HTTP/2 body for its end.
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: Math.min(IDLE_BODY_TIMEOUT_MS, timeoutMs),
  })
  try {
    return await send(endpoint, path, dispatcher, AbortSignal.any([signal, tooSlow.signal]))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw connectionFailure(error)
  } finally {
    clearTimeout(deadline)
    await dispatcher.destroy()
  }
}

async function send(
  endpoint: Endpoint,
  path: string,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const { statusCode, headers, body } = await request(`${endpoint.baseUrl}${path}`, {
    dispatcher,
    signal,
    headers: {
      'wolkvox-token': endpoint.token.reveal(),
      wolkvox_server: endpoint.server,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    },
  })
  const fetchedAt = Date.now()
  // An error after the reader has stopped must not end the process. Until then the reader receives it.
  body.on('error', () => {})
  const bodyHeaders = {
    encoding: String(headers['content-encoding'] ?? ''),
    length: Number(headers['content-length']),
  }
  const redact = createRedactor(endpoint.token)
  const reading = readBody(body, bodyHeaders, endpoint.maxResponseBytes, redact).catch((error: unknown) => {
    signal.throwIfAborted()
    throw transferFailure(error)
  })
  return {
    status: statusCode,
    fetchedAt,
    contentType: String(headers['content-type'] ?? ''),
    retryAfter: String(headers['retry-after'] ?? ''),
    body: await (statusCode === 200 ? reading : readBodyBestEffort(reading)),
  }
}

/** The status of a refusal is enough if its body cannot be read. */
async function readBodyBestEffort(reading: Promise<Buffer>): Promise<Buffer> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof WolkvoxFailure && error.reason !== 'timeout') return Buffer.alloc(0)
    throw error
  }
}
