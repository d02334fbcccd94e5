import type { RateLimit } from './rate-limit.ts'
import type { WebConfigValues } from './schema.ts'
import type { TlsSettings } from './tls.ts'

/** A web configuration that can be used. */
export interface WebConfig {
  /** Without it, the server speaks plain HTTP. */
  readonly tls: TlsSettings | undefined
  readonly headers: ReadonlyMap<string, string>
  /** User → bcrypt hash. Without users, no password is needed. */
  readonly users: ReadonlyMap<string, string>
  readonly rateLimit: RateLimit | undefined
}

/** A web configuration file without problems. */
export interface LoadedWebConfig {
  readonly ok: true
  readonly path: string
  readonly config: WebConfig
  readonly warnings: readonly string[]
  /** The files that it depends on, itself included. */
  readonly files: readonly string[]
  /** Changes with the contents of these files. */
  readonly digest: string
}

/** A web configuration file that cannot be used. */
export interface RejectedWebConfig {
  readonly ok: false
  readonly problems: readonly string[]
  /** The files that it depends on, itself included. A change of one of them may be the repair. */
  readonly files: readonly string[]
}

/** What the file and those that it names contain now. */
export type WebConfigResult = LoadedWebConfig | RejectedWebConfig

/** Puts the values of a valid file together. */
export function toWebConfig(values: WebConfigValues, tls: TlsSettings | undefined): WebConfig {
  const headers = Object.entries(values.http_server_config?.headers ?? {})
  const { interval = 0, burst = 0 } = values.rate_limit ?? {}
  return {
    tls,
    headers: new Map(headers.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    users: new Map(Object.entries(values.basic_auth_users ?? {})),
    rateLimit: interval > 0 ? { intervalMs: interval, burst } : undefined,
  }
}

/** One line about what was understood, without secrets. */
export function describeWebConfig({ config }: LoadedWebConfig): string {
  const { tls, headers, users, rateLimit } = config
  const parts = [tls === undefined ? 'plain HTTP' : describeTls(tls)]
  parts.push(
    users.size === 0 ? 'no password' : `passwords of ${users.size} ${users.size === 1 ? 'user' : 'users'}`,
  )
  if (headers.size > 0) parts.push(`headers ${[...headers.keys()].join(', ')}`)
  if (rateLimit !== undefined) {
    parts.push(`one request per ${rateLimit.intervalMs} ms with bursts of ${rateLimit.burst}`)
  }
  return parts.join('; ')
}

function describeTls(tls: TlsSettings): string {
  const versions = [...new Set([tls.minVersion, tls.maxVersion])].join(' to ')
  const expiry = new Date(tls.expiresAt).toISOString().slice(0, 10)
  const sans = tls.allowedSans.length === 0 ? '' : ` for ${tls.allowedSans.join(', ')}`
  return `HTTPS with ${versions}; certificate until ${expiry}; client certificates: ${tls.clientAuth}${sans}`
}
