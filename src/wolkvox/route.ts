import type { Secret } from '../secret.ts'

/** How the calls of an operation reach wolkvox. */
export interface Route {
  /** `undefined`: directly. */
  readonly proxy: OutboundProxy | undefined
  /** The variable that names the proxy, or that excludes it; `undefined` if there is none. */
  readonly source: string | undefined
  /** Why the source has this effect, if it is not what one would expect. */
  readonly note?: string
}

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

/** User and password as the header `Proxy-Authorization` contains them: in base64, which hides nothing. */
export function basicCredentials({ user, password }: ProxyCredentials): string {
  return Buffer.from(`${user}:${password.reveal()}`).toString('base64')
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/** The port of an http or https URL; the default of the scheme if it has none. */
export function portOf({ protocol, port }: URL): string {
  return port || (DEFAULT_PORTS[protocol] ?? '')
}
