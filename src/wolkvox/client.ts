import { Agent, request } from 'undici'
import type { Operation } from '../config/operation.ts'
import { readBody } from './body.ts'
import { connectionFailure, transferFailure } from './connection-failure.ts'
import { WolkvoxFailure } from './failure.ts'
import { createRedactor } from './redaction.ts'
import type { ApiResponse } from './response.ts'

const REPORT = '/api/v2/real_time.php?api=agents'

// A host that drops packets, as a firewall does, is given up on long before the whole call is.
const CONNECT_TIMEOUT_MS = 10_000

// Well before the whole call is given up, so that it is clear which of the two it was.
const CONNECT_SHARE = 1 / 2

// An answer that has begun and then says nothing for so long is not going to end.
const IDLE_BODY_TIMEOUT_MS = 30_000

/** Of an operation, what a call needs. */
export type Endpoint = Pick<Operation, 'baseUrl' | 'server' | 'token' | 'timeoutMs' | 'maxResponseBytes'>

/**
 * Asks wolkvox for the report, once: one GET, no redirect followed, nothing retried.
 *
 * @param signal ends the call early; then its reason is thrown as it is
 * @returns the answer, whatever its status, with its body decoded
 * @throws WolkvoxFailure when there was no whole answer within the limits
 */
export async function fetchReport(endpoint: Endpoint, signal: AbortSignal): Promise<ApiResponse> {
  const { timeoutMs } = endpoint
  const tooSlow = new AbortController()
  const deadline = setTimeout(
    () => tooSlow.abort(new WolkvoxFailure('timeout', `the call took longer than ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const dispatcher = new Agent({
    connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs * CONNECT_SHARE) },
    // The next call comes in minutes: no connection is worth keeping.
    pipelining: 0,
    // A reset within an HTTP/2 body would pass for its end.
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: Math.min(IDLE_BODY_TIMEOUT_MS, timeoutMs),
  })
  try {
    return await call(endpoint, dispatcher, AbortSignal.any([signal, tooSlow.signal]))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw connectionFailure(error)
  } finally {
    clearTimeout(deadline)
    await dispatcher.destroy()
  }
}

async function call(endpoint: Endpoint, dispatcher: Agent, signal: AbortSignal): Promise<ApiResponse> {
  const { statusCode, headers, body } = await request(`${endpoint.baseUrl}${REPORT}`, {
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
  // The reader of the body gets its errors; one that comes after the reader has given up must not end the process.
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

/** The status of a refusal says enough, even when its body cannot be read. */
async function readBodyBestEffort(reading: Promise<Buffer>): Promise<Buffer> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof WolkvoxFailure && error.reason !== 'timeout') return Buffer.alloc(0)
    throw error
  }
}
