import { get } from 'node:http'
import { readFlags } from '../config/process-config.ts'
import { codeOf, messageOf } from '../error-text.ts'
import type { Command } from './command.ts'

const TIMEOUT_MS = 3000
const PATH = '/-/healthy'

/** Asks the exporter on this machine whether it is healthy. Takes the same `--web.listen-address`. */
export const healthcheck: Command = async (args, { print, complain }) => {
  const [address] = readFlags(args).listenAddresses
  const host = hostToAsk(address?.host)
  const port = address?.port ?? 0
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${PATH}`
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const status = await statusOf(host, port, timeout)
    if (status === 200) {
      print('healthy\n')
      return 0
    }
    complain(`wolkvox-exporter: ${url} answered HTTP status ${status}\n`)
  } catch (error) {
    const reason = timeout.aborted
      ? `timeout after ${TIMEOUT_MS / 1000} s`
      : messageOf(error) || codeOf(error)
    complain(`wolkvox-exporter: ${url} does not answer (${reason})\n`)
  }
  return 1
}

function hostToAsk(host: string | undefined): string {
  return host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host
}

/** Host and port apart, as a URL cannot contain the zone of an IPv6 address. An agent of its own never uses a proxy. */
function statusOf(host: string, port: number, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host, port, path: PATH, agent: false, signal }, (response) => {
      resolve(response.statusCode)
      response.destroy()
    }).on('error', reject)
  })
}
