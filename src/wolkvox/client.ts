import { readBuildInfo } from '../build-info.ts'
import { abortable } from '../clock.ts'
import { readBody } from './body.ts'
import { clockSkewMs } from './clock-skew.ts'
import { type Connection, type Endpoint, prepareConnection } from './connection.ts'
import { connectionFailure, cutOff, transferFailure } from './connection-failure.ts'
import { WolkvoxFailure } from './failure.ts'
import { type ProxyHop, proxyRefusal } from './proxy-failure.ts'
import { createRedactor, secretsOf } from './redaction.ts'
import type { ApiResponse } from './response.ts'

const USER_AGENT = `wolkvox-exporter/${readBuildInfo().version}`

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
  const connection = prepareConnection(endpoint, USER_AGENT)
  const abortOrTimeout = AbortSignal.any([signal, timedOut.signal])
  try {
    abortOrTimeout.throwIfAborted()
    // undici notices a signal only when it is connected, which a proxy can delay.
    return await abortable(exchange(endpoint, path, connection, abortOrTimeout), abortOrTimeout)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw connectionFailure(error)
  } finally {
    clearTimeout(deadline)
    await connection.close()
  }
}

/** Sends the request and reads the whole response. */
async function exchange(
  endpoint: Endpoint,
  path: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const startedAt = performance.now()
  const requestHeaders = {
    'wolkvox-token': endpoint.token.reveal(),
    wolkvox_server: endpoint.server,
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': USER_AGENT,
  }
  const { statusCode, headers, body } = await connection.get(path, requestHeaders, signal)
  const fetchedAt = Date.now()
  const durationMs = performance.now() - startedAt
  // An error after the reader has stopped must not end the process. Before that, the reader handles it.
  body.on('error', () => {})
  const bodyHeaders = {
    encoding: String(headers['content-encoding'] ?? ''),
    length: Number(headers['content-length']),
  }
  const redact = createRedactor(...secretsOf(endpoint))
  const reading = readBody(body, bodyHeaders, endpoint.maxResponseBytes, redact).catch((error: unknown) => {
    signal.throwIfAborted()
    const failure = transferFailure(error)
    // For example gzip that ends too early.
    throw failure.reason === 'malformed' && connection.hasSurplus() ? cutOff(failure) : failure
  })
  const retryAfter = String(headers['retry-after'] ?? '')
  const decoded = await (statusCode === 200 ? reading : readBodyBestEffort(reading))
  const challenge = String(headers['proxy-authenticate'] ?? '')
  // 401 is a status of servers, but tinyproxy sends it after a wrong password.
  const namesProxy = challenge !== '' || String(headers.server).startsWith('tinyproxy/')
  if (isFromRelay(connection.relay, statusCode, namesProxy, decoded)) {
    const refusal = { status: statusCode, challenge, retryAfter, isRelayed: true }
    throw proxyRefusal(refusal, connection.relay, fetchedAt)
  }
  return {
    status: statusCode,
    fetchedAt,
    clockSkewMs: clockSkewMs(headers.date, headers.age, fetchedAt, durationMs),
    contentType: String(headers['content-type'] ?? ''),
    retryAfter,
    body: decoded,
    hasSurplus: connection.hasSurplus(),
  }
}

// The statuses with which a proxy refuses or fails to reach the server.
const RELAY_STATUSES: ReadonlySet<number> = new Set([401, 403, 407, 500, 502, 503, 504])

/** Whether the response comes from a proxy: wolkvox describes its own refusals in JSON, a proxy sends a page. */
function isFromRelay(
  relay: ProxyHop | undefined,
  status: number,
  namesProxy: boolean,
  body: Buffer,
): relay is ProxyHop {
  if (relay === undefined || !RELAY_STATUSES.has(status)) return false
  if (status === 401) return namesProxy
  return status === 407 || !body.toString('latin1').trimStart().startsWith('{')
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
