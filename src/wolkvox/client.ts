import { Agent, errors, request } from 'undici'
import type { Operation } from '../config/operation.ts'
import { codeOf } from '../error-text.ts'
import { readBody } from './body.ts'
import { WolkvoxFailure } from './failure.ts'
import { createRedactor } from './redaction.ts'
import type { ApiResponse } from './response.ts'

// A firewall that drops packets must not use up the timeout of the whole request.
const CONNECT_TIMEOUT_MS = 10_000

// Well below the timeout of the request, so that the failure shows which timeout was reached.
const CONNECT_SHARE = 1 / 2

// A response that pauses for this long does not continue.
const IDLE_BODY_TIMEOUT_MS = 30_000

/** The settings of an operation for a request. */
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
  const timedOut = new AbortController()
  const deadline = setTimeout(
    () => timedOut.abort(new WolkvoxFailure('timeout', `the request took longer than ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const dispatcher = new Agent({
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs * CONNECT_SHARE) },
    // The next request is minutes away, so keeping the connection is useless.
    pipelining: 0,
    // undici treats a reset within an HTTP/2 body as its end.
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: Math.min(IDLE_BODY_TIMEOUT_MS, timeoutMs),
  })
  try {
    return await send(endpoint, path, dispatcher, AbortSignal.any([signal, timedOut.signal]))
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
  // An error after the reader has stopped must not end the process. Before that, the reader handles it.
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

/** For a refusal, the status is enough: an unreadable body counts as empty. */
async function readBodyBestEffort(reading: Promise<Buffer>): Promise<Buffer> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof WolkvoxFailure && error.reason !== 'timeout') return Buffer.alloc(0)
    throw error
  }
}

// The codes of OpenSSL and Node for certificate and handshake errors.
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/

/**
 * Converts an error before the response to a failure.
 *
 * @param error thrown by undici
 * @returns a failure with the error as its cause; `internal` if it is not a network error
 */
function connectionFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new WolkvoxFailure('timeout', 'wolkvox sent no data for too long', { cause: error })
  }
  if (error instanceof errors.ConnectTimeoutError) {
    return new WolkvoxFailure('connect', 'the connection to wolkvox timed out', { cause: error })
  }
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the response has contradictory lengths', { cause: error })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('http_error', 'the response is not valid HTTP', {
      cause: withoutData(error),
      isPermanent: true,
    })
  }
  if (!(error instanceof Error)) return new WolkvoxFailure('internal', String(error))
  const code = codeOf(error)
  if (TLS_CODE.test(code))
    return new WolkvoxFailure('tls', `TLS connection failed (${code})`, { cause: error })
  if (code === '') return new WolkvoxFailure('internal', error.message, { cause: error })
  return new WolkvoxFailure('connect', `connection failed before the response (${code})`, {
    cause: error,
  })
}

/**
 * Converts an error within the response to a failure. The response began as valid HTTP, so a parser error here means a broken
 * transfer: the connection ended within a chunk, or bytes were lost.
 *
 * @param error thrown by undici or by the reader of the body
 */
function transferFailure(error: unknown): WolkvoxFailure {
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the response was cut off: it is shorter than its Content-Length', {
      cause: error,
    })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('connect', 'the response was cut off or damaged in transit', {
      cause: withoutData(error),
    })
  }
  const code = codeOf(error)
  if (error instanceof WolkvoxFailure || error instanceof errors.BodyTimeoutError || code === '') {
    return connectionFailure(error)
  }
  return new WolkvoxFailure('connect', `connection failed during the response (${code})`, { cause: error })
}

// ERR_ASSERTION: undici asserts that no response switches protocols (status 101).
function isNotHttp(error: unknown): error is Error {
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    codeOf(error) === 'ERR_ASSERTION'
  )
}

/** Drops the received bytes, which undici keeps in `data`: they can contain the token. */
const withoutData = (error: Error) => new Error(error.message)
