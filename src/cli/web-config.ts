import type { Arguments } from '../config/flags.ts'
import { pathProblems } from '../config/text-problems.ts'
import type { TlsSettings } from '../server/web-config/tls.ts'
import type { LoadedWebConfig } from '../server/web-config/web-config.ts'

/**
 * Reads the file of `--web.config.file`. Its code and its libraries are loaded only with this flag.
 *
 * @throws ConfigError with every problem
 */
export async function readWebConfigFlag({ flags }: Arguments): Promise<LoadedWebConfig | undefined> {
  const path = flags.get('web.config.file')?.at(-1)
  // `readFlags` reports a malformed path.
  if (!path || pathProblems(path).length > 0) return undefined
  const { readWebConfig } = await import('../server/web-config/load.ts')
  return readWebConfig(path)
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
