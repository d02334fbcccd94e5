import { get } from 'node:http'
import { readFlags } from '../config/process-config.ts'
import { codeOf, messageOf } from '../error-text.ts'
import type { Command } from './command.ts'

const HEALTHCHECK_TIMEOUT_MS = 3000
const PATH = '/-/healthy'

/** Checks the health of the exporter on this machine, at the same `--web.listen-address`. */
export const healthcheck: Command = async (args, { print, writeError }) => {
  const [address] = readFlags(args).listenAddresses
  const host = connectHost(address?.host)
  const port = address?.port ?? 0
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${PATH}`
  const timeout = AbortSignal.timeout(HEALTHCHECK_TIMEOUT_MS)
  try {
    const status = await fetchStatus(host, port, timeout)
    if (status === 200) {
      print('healthy\n')
      return 0
    }
    writeError(`wolkvox-exporter: ${url} responded with HTTP status ${status}\n`)
  } catch (error) {
    const reason = timeout.aborted
      ? `timeout after ${HEALTHCHECK_TIMEOUT_MS / 1000} s`
      : messageOf(error) || codeOf(error)
    writeError(`wolkvox-exporter: no response from ${url} (${reason})\n`)
  }
  return 1
}

function connectHost(host: string | undefined): string {
  return host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host
}

/** Takes host and port separately, because a URL cannot contain the zone of an IPv6 address. A new agent ignores proxy settings. */
function fetchStatus(host: string, port: number, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host, port, path: PATH, agent: false, signal }, (response) => {
      resolve(response.statusCode)
      response.destroy()
    }).on('error', reject)
  })
}
