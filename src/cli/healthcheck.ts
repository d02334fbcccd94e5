import type { RequestOptions } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { ListenAddress } from '../config/listen-address.ts'
import { readFlags } from '../config/process-config.ts'
import { codeOf, messageOf } from '../error-text.ts'
import { get } from '../node-http.ts'
import type { Command } from './command.ts'

const HEALTHCHECK_TIMEOUT_MS = 3000
const PATH = '/-/healthy'

// With a web configuration, these also come from a healthy exporter.
const HEALTHY_STATUS: Readonly<Record<number, string>> = {
  401: 'password required',
  429: 'rate limit reached',
}

// How plain HTTP fails at a server that speaks TLS: it closes the connection, or sends an alert.
const NOT_HTTP = /^(?:ECONNRESET|HPE_\w+)$/

/** What an attempt over TLS found. */
type TlsOutcome =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'certificate-required' }

/** Checks the health of the exporter on this machine, at the same `--web.listen-address`. */
export const healthcheck: Command = async (args, { print, writeError }) => {
  const {
    listenAddresses: [address],
    webConfigFile,
  } = readFlags(args)
  const { urlWith, target } = targetOf(address ?? { host: undefined, port: 0 })
  const usesWebConfig = webConfigFile !== ''
  const timeout = AbortSignal.timeout(HEALTHCHECK_TIMEOUT_MS)
  let url = urlWith('http')
  try {
    // A new agent ignores proxy settings.
    const options = { ...target, path: PATH, agent: false, signal: timeout }
    const overTls: TlsOutcome = usesWebConfig ? await fetchStatusOverTls(options) : { kind: 'not-tls' }
    if (overTls.kind === 'certificate-required') {
      print('healthy (client certificate required)\n')
      return 0
    }
    if (overTls.kind === 'status') url = urlWith('https')
    const status = overTls.kind === 'status' ? overTls.status : await fetchStatus(get, options)
    const note = usesWebConfig ? HEALTHY_STATUS[status] : undefined
    if (status === 200 || note !== undefined) {
      print(note === undefined ? 'healthy\n' : `healthy (${note})\n`)
      return 0
    }
    writeError(`wolkvox-exporter: ${url} responded with HTTP status ${status}\n`)
  } catch (error) {
    const reason = timeout.aborted
      ? `timeout after ${HEALTHCHECK_TIMEOUT_MS / 1000} s`
      : messageOf(error).trim() || codeOf(error)
    const mayUseTls = !usesWebConfig && !timeout.aborted && NOT_HTTP.test(codeOf(error))
    const hint = mayUseTls ? '; if the exporter uses TLS, add --web.config.file' : ''
    writeError(`wolkvox-exporter: no response from ${url} (${reason})${hint}\n`)
  }
  return 1
}

/** Where to connect. Host and port are separate, because a URL cannot contain the zone of an IPv6 address. */
type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number }

function targetOf(address: ListenAddress): {
  readonly urlWith: (scheme: string) => string
  readonly target: Target
} {
  if ('path' in address) {
    const { path } = address
    return { urlWith: (scheme) => `${scheme}://unix:${path}:${PATH}`, target: { socketPath: path } }
  }
  const { port } = address
  const host = connectHost(address.host)
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { urlWith: (scheme) => `${scheme}://${authority}${PATH}`, target: { host, port } }
}

function connectHost(host: string | undefined): string {
  return host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host
}

function fetchStatus(
  request: typeof get,
  options: RequestOptions,
  onSocket: (socket: TLSSocket) => void = () => {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
      .on('socket', onSocket)
      // Without it, Node closes the connection after status 101, and nothing else happens.
      .on('upgrade', (response, socket) => {
        resolve(response.statusCode ?? 0)
        socket.destroy()
      })
      .on('error', reject)
      .on('close', () => reject(new Error('the server closed the connection')))
  })
}

/**
 * Asks over TLS, without reading the web configuration: the running exporter may still use an earlier one. The certificate is not
 * verified, because it is that of another name than `localhost`, and nothing secret is sent.
 */
async function fetchStatusOverTls(options: RequestOptions): Promise<TlsOutcome> {
  const { get: getOverTls } = await import('node:https')
  let hasHandshake = false
  try {
    const status = await fetchStatus(
      getOverTls,
      { ...options, rejectUnauthorized: false } as RequestOptions,
      (socket) =>
        socket.once('secureConnect', () => {
          hasHandshake = true
        }),
    )
    return { kind: 'status', status }
  } catch (error) {
    // Node passes OpenSSL's reason on in the message only.
    const message = messageOf(error)
    if (/wrong version number|packet length too long/.test(message)) return { kind: 'not-tls' }
    // The server closes the connection, because the health check has no client certificate. Its event loop runs.
    const isRefused = hasHandshake || /\balert\b/.test(message)
    if (isRefused && options.signal?.aborted !== true) return { kind: 'certificate-required' }
    throw error
  }
}
