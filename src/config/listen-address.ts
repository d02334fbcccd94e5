/** Where the exporter listens. */
export type ListenAddress = TcpAddress | UnixSocket

/** On every address of the machine if `host` is missing, on any free port if `port` is 0. */
export interface TcpAddress {
  readonly host: string | undefined
  readonly port: number
}

/** A socket in the file system, for clients on the same machine. */
export interface UnixSocket {
  readonly path: string
}

const ADDRESS = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^:[\]\s/]*)):(\d{1,5})$/i
const UNIX_PREFIX = 'unix:'

// The shortest limit of the usual systems, that of macOS; Linux allows four more.
export const MAX_PATH_BYTES = 103

/**
 * Reads `[host]:port`, as in the flags of Prometheus, or `unix:/path`.
 *
 * @param text e.g. `:9989`, `127.0.0.1:9989`, `[::1]:0`, `unix:/run/wolkvox-exporter/metrics.sock`
 * @returns the address, or `undefined` if the text is not one
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (!text.startsWith(UNIX_PREFIX)) return parseTcpAddress(text)
  const path = text.slice(UNIX_PREFIX.length)
  return path.startsWith('/') && !path.endsWith('/') && Buffer.byteLength(path) <= MAX_PATH_BYTES
    ? { path }
    : undefined
}

/** Reads `[host]:port`. @returns `undefined` if the text is not one */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  const match = ADDRESS.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  if (port > 65_535) return undefined
  return { host: match[1] ?? (match[2] || undefined), port }
}

/** Writes an address as {@link parseListenAddress} reads it. */
export function formatListenAddress(address: ListenAddress): string {
  if ('path' in address) return `${UNIX_PREFIX}${address.path}`
  const { host = '', port } = address
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
