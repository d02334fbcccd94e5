import { isHttpServer, portOf } from './http-url.ts'
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

/** User and password as the header `Proxy-Authorization` contains them: in base64, which hides nothing. */
export function basicCredentials({ user, password }: ProxyCredentials): string {
  return Buffer.from(`${user}:${password.reveal()}`).toString('base64')
}

/** How the calls of an operation reach wolkvox. */
export interface Route {
  /** `undefined`: directly. */
  readonly proxy: OutboundProxy | undefined
  /** The variable that names the proxy, or that excludes it; `undefined` if there is none. */
  readonly source: string | undefined
  /** Why the source has this effect, if it is not what one would expect. */
  readonly note?: string
}

/** Calls go directly, because no variable names a proxy. */
export const DIRECT: Route = { proxy: undefined, source: undefined }

/** Describes a route for logs and `check-config`, without user and password. */
export function describeRoute({ proxy, source, note }: Route): string {
  const where = proxy?.url ?? 'none'
  const why = [source, note].filter((text) => text !== undefined)
  return why.length === 0 ? where : `${where} (${why.join(' ')})`
}

/** Host and port of a proxy, as messages name it. */
export function proxyAddress({ url }: Pick<OutboundProxy, 'url'>): string {
  const parsed = new URL(url)
  return `${parsed.hostname}:${portOf(parsed)}`
}

type ReadProxy =
  | { readonly proxy: OutboundProxy; readonly problem?: undefined }
  | { readonly problem: string; readonly proxy?: undefined }

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
        'is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL (proxy_url in a file) to none',
    }
  }
  if (/[\s\p{C}]/u.test(text)) return { problem: 'contains white space; remove it' }
  const url = URL.parse(scheme === undefined ? `http://${text}` : text)
  if (url === null || !isHttpServer(url)) {
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
    return { problem: 'has an invalid percent-encoding in user or password; write % as %25' }
  }
  if (user.includes(':')) return { problem: 'has a colon in the user, which HTTP does not allow' }
  if (/\p{Cc}/u.test(user + password)) {
    return { problem: 'has a control character in user or password; remove it' }
  }
  const credentials = user === '' && password === '' ? undefined : { user, password: new Secret(password) }
  return { proxy: { url: `${url.protocol}//${url.hostname}:${portOf(url)}`, credentials } }
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
 * matches the target. Names in lower case take precedence. An empty variable counts as not set.
 */
export function routeFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  target: URL,
): EnvironmentRoute {
  const find = (name: string) => [name.toLowerCase(), name].find((variable) => environment[variable]?.trim())
  const schemeVariable = target.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const otherVariable = target.protocol === 'http:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const variable = find(schemeVariable) ?? find('ALL_PROXY')
  if (variable === undefined) {
    const unused = find(otherVariable)
    if (unused === undefined) return { route: DIRECT, problems: [] }
    const note = `does not apply to ${target.protocol}`
    return { route: { proxy: undefined, source: unused, note }, problems: [] }
  }
  const exceptions = find('NO_PROXY')
  if (exceptions !== undefined && bypassesProxy(environment[exceptions] ?? '', target)) {
    return { route: { proxy: undefined, source: exceptions }, problems: [] }
  }
  const { proxy, problem } = readProxyUrl(environment[variable]?.trim() ?? '')
  if (problem !== undefined) return { route: DIRECT, problems: [`${variable}: ${problem}`] }
  return { route: { proxy, source: variable }, problems: [] }
}
