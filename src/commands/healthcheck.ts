import { request } from 'undici'
import { readFlags } from '../config/process-config.ts'
import { messageOf } from '../error-text.ts'
import type { Command } from './command.ts'

const TIMEOUT_MS = 3000

/** Asks the exporter that runs on this machine whether it lives; takes the same `--web.listen-address`. */
export const healthcheck: Command = async (args, { print, complain }) => {
  const [address] = readFlags(args).listenAddresses
  const url = urlOf(address?.host, address?.port ?? 0)
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    await body.dump()
    if (statusCode === 200) {
      print('healthy\n')
      return 0
    }
    complain(`wolkvox-exporter: ${url} answered HTTP status ${statusCode}\n`)
  } catch (error) {
    complain(`wolkvox-exporter: ${url} does not answer (${messageOf(error)})\n`)
  }
  return 1
}

function urlOf(host: string | undefined, port: number): string {
  const everywhere = host === undefined || host === '0.0.0.0' || host === '::'
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}/-/healthy`
}
