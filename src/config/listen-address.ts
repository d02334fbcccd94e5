/** Where to listen: every address of the machine when `host` is missing, any free port when `port` is 0. */
export interface ListenAddress {
  readonly host: string | undefined
  readonly port: number
}

const ADDRESS = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^:[\]\s/]*)):(\d{1,5})$/i

/**
 * Reads `[host]:port` as Prometheus's own flags take it.
 *
 * @param text e.g. `:9989`, `127.0.0.1:9989`, `[::1]:0`
 * @returns the address, or `undefined` when the text is not one
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = ADDRESS.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  if (port > 65_535) return undefined
  return { host: match[1] ?? (match[2] || undefined), port }
}

/** Writes an address the way {@link parseListenAddress} reads it. */
export function formatListenAddress({ host = '', port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
