import type { Duplex } from 'node:stream'
import { Agent, buildConnector, Client, type Dispatcher } from 'undici'
import type { Secret } from '../secret.ts'
import { type ProxyHop, proxyFailure, proxyHop, proxyRefusal, relayFailure } from './proxy-failure.ts'
import { basicCredentials, type Route } from './route.ts'
import { secureContextWith } from './secure-context.ts'

// A firewall that drops packets must not use up the timeout of the whole request.
const CONNECT_TIMEOUT_MS = 10_000

// A proxy connects to wolkvox before it responds.
const TUNNEL_TIMEOUT_MS = 30_000

// Well below the timeout of the request, so that the failure shows which timeout was reached.
const CONNECT_SHARE = 1 / 2

// Node tries the next address of a name after this share of the connect timeout. Node's default of 250 ms is shorter than a
// round trip over a satellite or an overloaded line, so that no address would be reached.
const ADDRESS_SHARE = 1 / 4

// A response that pauses for this long does not continue.
const IDLE_BODY_TIMEOUT_MS = 30_000

/** The settings of an operation for a request; all durations in milliseconds. */
export interface Endpoint {
  /** wolkvox's server code, e.g. `0042`. */
  readonly server: string
  readonly token: Secret
  /** Scheme, host and, behind a proxy, a path prefix; without a trailing slash. */
  readonly baseUrl: string
  readonly route: Route
  /** Further trusted CAs in PEM; `undefined` for those of Node alone. */
  readonly caCertificates: string | undefined
  /** Time limit of one request, from connect to last byte. */
  readonly timeoutMs: number
  /** Size limit of the decoded body. */
  readonly maxResponseBytes: number
}

type Headers = Readonly<Record<string, string>>

/** The connection of one request, directly or through a proxy. */
export interface Connection {
  /** The proxy that relays the request itself, and so can respond in place of the server; not one that opens a tunnel. */
  readonly relay: ProxyHop | undefined
  get(path: string, headers: Headers, signal: AbortSignal): Promise<Dispatcher.ResponseData>
  /** Whether bytes came with the end of the response that are not part of it by its `Content-Length`. */
  hasSurplus(): boolean
  /** Closes everything, also while it is being opened. */
  close(): Promise<void>
}

/**
 * Prepares the connection of one request. A request for an `https:` URL goes through a tunnel that the proxy opens (CONNECT), so
 * the proxy sees only host and port. A request for an `http:` URL is sent to the proxy as a whole.
 */
export function prepareConnection(endpoint: Endpoint, userAgent: string): Connection {
  const { baseUrl, route } = endpoint
  const base = new URL(baseUrl)
  const hop = proxyHop(route, base)
  if (hop === undefined) return directConnection(endpoint)
  return base.protocol === 'http:'
    ? relayedConnection(endpoint, hop)
    : tunnelledConnection(endpoint, hop, { ...proxyHeaders(hop), host: hop.target, 'user-agent': userAgent })
}

function directConnection(endpoint: Endpoint): Connection {
  const surplus = watchSurplus()
  const connect = surplus.watch(buildConnector({ ...connectOptions(endpoint), allowH2: false }))
  const agent = new Agent({ connect, ...limits(endpoint) })
  return {
    relay: undefined,
    hasSurplus: surplus.isSeen,
    get: (path, headers, signal) => sendGet(agent, new URL(`${endpoint.baseUrl}${path}`), headers, signal),
    close: () => agent.destroy(),
  }
}

function relayedConnection(endpoint: Endpoint, hop: ProxyHop): Connection {
  const surplus = watchSurplus()
  const agent = new Agent({ connect: surplus.watch(connectToProxy(endpoint, hop)), ...limits(endpoint) })
  return {
    relay: hop,
    hasSurplus: surplus.isSeen,
    async get(path, headers, signal) {
      const url = new URL(`${endpoint.baseUrl}${path}`)
      try {
        return await agent.request({
          origin: hop.proxy.url,
          path: url.href,
          method: 'GET',
          headers: { ...headers, ...proxyHeaders(hop), host: url.host },
          signal,
        })
      } catch (error) {
        throw relayFailure(error, hop)
      }
    },
    close: () => agent.destroy(),
  }
}

function tunnelledConnection(endpoint: Endpoint, hop: ProxyHop, headers: Headers): Connection {
  const client = new Client(hop.proxy.url, {
    connect: connectToProxy(endpoint, hop),
    allowH2: false,
    headersTimeout: Math.min(TUNNEL_TIMEOUT_MS, endpoint.timeoutMs * CONNECT_SHARE),
  })
  const startTls = buildConnector({ ...connectOptions(endpoint), allowH2: false })
  let tunnel: Duplex | undefined

  async function openTunnel(): Promise<Duplex> {
    try {
      const { statusCode, headers: received, socket } = await client.connect({ path: hop.target, headers })
      // The layer above notices the end of the connection.
      tunnel = socket.on('error', () => {})
      if (statusCode >= 200 && statusCode < 300) return socket
      socket.destroy()
      const refusal = {
        status: statusCode,
        challenge: String(received['proxy-authenticate'] ?? ''),
        retryAfter: String(received['retry-after'] ?? ''),
        isRelayed: false,
      }
      throw proxyRefusal(refusal, hop, Date.now())
    } catch (error) {
      throw proxyFailure(error, hop)
    }
  }

  const surplus = watchSurplus()
  const agent = new Agent({
    connect: surplus.watch((target, callback) => {
      openTunnel().then(
        (socket) => startTls({ ...target, httpSocket: socket as never }, callback),
        (error) => callback(error, null),
      )
    }),
    ...limits(endpoint),
  })
  return {
    relay: undefined,
    hasSurplus: surplus.isSeen,
    get: (path, requestHeaders, signal) =>
      sendGet(agent, new URL(`${endpoint.baseUrl}${path}`), requestHeaders, signal),
    async close() {
      await Promise.all([agent.destroy(), client.destroy()])
      // A failed handshake leaves the tunnel open.
      tunnel?.destroy()
    },
  }
}

/**
 * Notices bytes after the end of a response. undici closes the socket there and puts the rest back, without an error. Bytes that
 * arrive later are not noticed.
 */
function watchSurplus() {
  let isSeen = false

  function watchSocket(socket: Duplex): void {
    const unshift = socket.unshift.bind(socket)
    socket.unshift = (chunk: Uint8Array) => {
      isSeen ||= socket.destroyed && chunk.length > 0
      unshift(chunk)
    }
  }

  return {
    isSeen: () => isSeen,
    watch:
      (connect: buildConnector.connector): buildConnector.connector =>
      (options, callback) =>
        connect(options, (...[error, socket]) => {
          if (error !== null) return callback(error, null)
          watchSocket(socket)
          callback(null, socket)
        }),
  }
}

function sendGet(agent: Agent, url: URL, headers: Headers, signal: AbortSignal) {
  return agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers,
    signal,
  })
}

function connectToProxy(endpoint: Endpoint, hop: ProxyHop): buildConnector.connector {
  const connect = buildConnector({ ...connectOptions(endpoint), allowH2: false })
  // Without a server name, undici takes it from the address of the proxy. It would pass the one of the request's host.
  return ({ servername, ...proxy }, callback) =>
    connect(proxy, (error, socket) =>
      error === null ? callback(null, socket) : callback(proxyFailure(error, hop), null),
    )
}

function proxyHeaders({ proxy: { credentials } }: ProxyHop): Headers {
  return credentials === undefined ? {} : { 'proxy-authorization': `Basic ${basicCredentials(credentials)}` }
}

function limits({ timeoutMs }: Endpoint) {
  return {
    // The next request is minutes away, so keeping the connection is useless.
    pipelining: 0,
    // undici treats a reset within an HTTP/2 body as its end.
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: Math.min(IDLE_BODY_TIMEOUT_MS, timeoutMs),
  }
}

function connectOptions({ timeoutMs, caCertificates }: Endpoint) {
  const timeout = Math.min(CONNECT_TIMEOUT_MS, timeoutMs * CONNECT_SHARE)
  return {
    timeout,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: timeout * ADDRESS_SHARE,
    ...(caCertificates !== undefined && { secureContext: secureContextWith(caCertificates) }),
  }
}
