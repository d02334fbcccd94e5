import { errors } from 'undici'
import { codeOf } from '../error-text.ts'
import { isNotHttp, tlsProblem } from './connection-failure.ts'
import { readRetryAfter, WolkvoxFailure } from './failure.ts'
import { type OutboundProxy, portOf, proxyAddress, type Route } from './route.ts'

/** A proxy, with what its messages name. */
export interface ProxyHop {
  readonly proxy: OutboundProxy
  /** The variable to correct, as messages name it. */
  readonly configuredBy: string
  /** Host and port of wolkvox. */
  readonly target: string
}

/** @returns `undefined` if the route has no proxy */
export function proxyHop({ proxy, source }: Route, target: URL): ProxyHop | undefined {
  if (proxy === undefined) return undefined
  return { proxy, configuredBy: source ?? 'its URL', target: `${target.hostname}:${portOf(target)}` }
}

/** Converts an error of the connection to the proxy, or of the tunnel before it is open. */
export function proxyFailure(error: unknown, { proxy, configuredBy, target }: ProxyHop): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  const name = `the proxy ${proxyAddress(proxy)}`
  const fail = (message: string, isPermanent = false) =>
    new WolkvoxFailure('proxy', message, { cause: error, isPermanent })
  if (error instanceof errors.ConnectTimeoutError) {
    return fail(`${name} did not accept the connection in time; check ${configuredBy} and the firewall`)
  }
  if (error instanceof errors.HeadersTimeoutError) {
    return fail(`${name} did not open a connection to ${target} in time; check the network behind the proxy`)
  }
  if (isNotHttp(error))
    return fail(`${name} does not respond like an HTTP proxy; check ${configuredBy}`, true)
  const tls = tlsProblem(error)
  if (tls !== undefined) return fail(`TLS to ${name}: ${tls}; check ${configuredBy}`, true)
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') {
    return fail(
      `${name} refused the connection (${code}); check that the proxy runs and that ${configuredBy} is correct`,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return fail(`the name of ${name} was not found (${code}); check ${configuredBy} and the DNS`)
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') {
    return fail(`${name} closed the connection without a response; check ${configuredBy}`)
  }
  return fail(`the connection to ${name} failed (${code || 'no code'}); check ${configuredBy}`)
}

/**
 * Converts an error of a relayed request: a connection that ends without a response is one to the proxy. What is not HTTP can
 * also come from the server.
 *
 * @returns any other error, unchanged
 */
export function relayFailure(error: unknown, hop: ProxyHop): unknown {
  const isEnd = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error)) && !isNotHttp(error)
  return isEnd ? proxyFailure(error, hop) : error
}

/** A response of a proxy that refuses to pass the request on. */
export interface ProxyRefusal {
  readonly status: number
  /** Header `Proxy-Authenticate`; empty if there is none. */
  readonly challenge: string
  /** Header `Retry-After`; empty if there is none. */
  readonly retryAfter: string
  /** Whether the response may also come from the server, because the proxy relays the whole request. */
  readonly isRelayed: boolean
}

/** Converts the refusal of a proxy. Quotes nothing of it: a proxy can repeat the request, and so the password. */
export function proxyRefusal(refusal: ProxyRefusal, hop: ProxyHop, now: number): WolkvoxFailure {
  const { status, retryAfter } = refusal
  return new WolkvoxFailure('proxy', refusalMessage(refusal, hop), {
    retryAfterMs: readRetryAfter(retryAfter, now),
    isPermanent: !(isInterim(status) || status >= 500 || status === 429 || status === 408),
  })
}

/** A final response follows, but undici takes any response to CONNECT for the final one. */
const isInterim = (status: number) => status >= 100 && status < 200

// Squid sends 503 if it cannot reach the server, tinyproxy 500, others 502 or 504.
const TARGET_UNREACHABLE: ReadonlySet<number> = new Set([500, 502, 503, 504])

// The schemes that cannot be used with a user and a password in a URL.
const OTHER_SCHEME = /\b(Negotiate|NTLM|Kerberos|Digest|Bearer)\b/i

function refusalMessage(
  { status, challenge, isRelayed }: ProxyRefusal,
  { proxy, configuredBy, target }: ProxyHop,
): string {
  const name = `the proxy ${proxyAddress(proxy)}`
  // tinyproxy sends 401 after a wrong password.
  if (status === 407 || status === 401) {
    const scheme = OTHER_SCHEME.exec(challenge)?.[1]
    if (scheme !== undefined && !/\bBasic\b/i.test(challenge)) {
      return `${name} requires ${scheme} authentication (${status}), but the exporter supports only Basic; ask its administrator to exempt this machine`
    }
    return proxy.credentials === undefined
      ? `${name} requires authentication (${status}); add user and password to ${configuredBy}`
      : `${name} did not accept the user and the password (${status}); correct them in ${configuredBy}`
  }
  if (status === 403) {
    return `${name} does not allow connections to ${target} (403); ask its administrator to allow them`
  }
  if (TARGET_UNREACHABLE.has(status)) {
    if (isRelayed) {
      return `${name}, or the server behind it at ${target}, has failed (${status}); check the base URL and the network behind the proxy`
    }
    return `${name} cannot reach wolkvox at ${target} (${status}); check the base URL and the network behind the proxy`
  }
  if (isInterim(status)) {
    return `${name} sent an interim response (${status}), which the exporter does not support; check ${configuredBy} and the settings of the proxy`
  }
  return `${name} refused to connect to ${target} (${status}); check ${configuredBy} and the rules of the proxy`
}
