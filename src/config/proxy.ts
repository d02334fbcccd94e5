import { bypassesProxy } from './no-proxy.ts'
import { Secret } from './secret.ts'

/** An HTTP proxy between the exporter and wolkvox. */
export interface OutboundProxy {
  /** Scheme, host and port, without user and password. */
  readonly url: string
  readonly credentials: ProxyCredentials | undefined
}

interface ProxyCredentials {
  readonly user: string
  readonly password: Secret
}

/** How the calls of an operation reach wolkvox. */
export interface Route {
  /** `undefined`: directly. */
  readonly proxy: OutboundProxy | undefined
  /** The variable that chose the proxy, or that keeps one of the environment from being used; `undefined` if there is none. */
  readonly decidedBy: string | undefined
}

/** Calls go directly, because no variable names a proxy. */
export const DIRECT: Route = { proxy: undefined, decidedBy: undefined }

/** Describes a route for logs and `check-config`, without user and password. */
export function describeRoute({ proxy, decidedBy }: Route): string {
  const where = proxy?.url ?? 'none'
  return decidedBy === undefined ? where : `${where} (${decidedBy})`
}

/** Host and port of a proxy, as messages name it. */
export function proxyAddress({ url }: Pick<OutboundProxy, 'url'>): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || DEFAULT_PORTS[protocol]}`
}

/** The header `Proxy-Authorization`; `undefined` for a proxy without authentication. */
export function proxyAuthorization({ credentials }: OutboundProxy): string | undefined {
  if (credentials === undefined) return undefined
  const { user, password } = credentials
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`
}

type ReadProxy =
  | { readonly proxy: OutboundProxy; readonly problem?: undefined }
  | { readonly problem: string; readonly proxy?: undefined }

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

// Host names and addresses. URL also accepts braces, quotes and empty labels.
const HOST = /^([\w-]+(\.[\w-]+)*\.?|\[[0-9a-f:.]+\])$/i

const FORM = 'must be http://host:port or http://user:password@host:port'

/**
 * Reads the URL of a proxy. As other programs do, it accepts `host:port` without a scheme.
 *
 * @returns the proxy, or what is wrong and what to do; never the text, which may contain a password
 */
export function readProxyUrl(text: string): ReadProxy {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme?.startsWith('socks')) {
    return {
      problem:
        'is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL to none',
    }
  }
  if (/[\s\p{C}]/u.test(text)) return { problem: 'contains white space; remove it' }
  const url = URL.parse(scheme === undefined ? `http://${text}` : text)
  if (url === null || !(url.protocol in DEFAULT_PORTS) || !HOST.test(url.hostname) || url.port === '0') {
    return { problem: `${FORM}; percent-encode special characters of user and password` }
  }
  if (url.pathname !== '/' || /[?#\\]/.test(text)) {
    return {
      problem: `${FORM}, without a path or query; percent-encode special characters of user and password`,
    }
  }
  const user = decode(url.username)
  const password = decode(url.password)
  if (user === undefined || password === undefined) {
    return { problem: 'has a percent sign in user or password that encodes nothing; write it as %25' }
  }
  if (user.includes(':')) return { problem: 'has a colon in the user, which HTTP does not allow' }
  if (/\p{Cc}/u.test(user + password)) {
    return { problem: 'has a control character in user or password; remove it' }
  }
  const credentials = user === '' && password === '' ? undefined : { user, password: new Secret(password) }
  const port = url.port || DEFAULT_PORTS[url.protocol]
  return { proxy: { url: `${url.protocol}//${url.hostname}:${port}`, credentials } }
}

/** @returns `undefined` if it is not percent-encoded correctly */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

interface EnvironmentRoute {
  readonly route: Route
  /** Each with its variable. */
  readonly problems: readonly string[]
}

/**
 * Chooses the proxy as curl does: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the target, then `ALL_PROXY`, unless `NO_PROXY`
 * has the target. Names in lower case take precedence. An empty variable counts as not set.
 */
export function routeFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  target: URL,
): EnvironmentRoute {
  const find = (name: string) => [name.toLowerCase(), name].find((variable) => environment[variable]?.trim())
  const ofScheme = target.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const ofOtherScheme = target.protocol === 'http:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const variable = find(ofScheme) ?? find('ALL_PROXY')
  if (variable === undefined) {
    const unused = find(ofOtherScheme)
    const decidedBy = unused && `${unused} does not apply to ${target.protocol}`
    return { route: { proxy: undefined, decidedBy }, problems: [] }
  }
  const exceptions = find('NO_PROXY')
  if (exceptions !== undefined && bypassesProxy(environment[exceptions] ?? '', target)) {
    return { route: { proxy: undefined, decidedBy: exceptions }, problems: [] }
  }
  const { proxy, problem } = readProxyUrl(environment[variable]?.trim() ?? '')
  if (problem !== undefined) return { route: DIRECT, problems: [`${variable}: ${problem}`] }
  return { route: { proxy, decidedBy: variable }, problems: [] }
}
