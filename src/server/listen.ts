import type { ListenAddress } from '../config/listen-address.ts'
import { codeOf } from '../error-text.ts'
import { ListenError } from './listen-error.ts'

/** What can listen, such as a Fastify application. */
export interface Listener {
  /** @returns the address in use, as a URL */
  listen(options: { readonly host: string; readonly port: number }): Promise<string>
}

const NO_IPV6: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

/**
 * Starts to listen.
 *
 * @returns the address in use, as a URL
 * @throws ListenError with what to do about it
 */
export async function listen(app: Listener, { host, port }: ListenAddress): Promise<string> {
  try {
    return await (host === undefined ? listenEverywhere(app, port) : listenOn(app, host, port))
  } catch (error) {
    throw new ListenError({ host, port }, codeOf(error), '--web.listen-address', { cause: error })
  }
}

/** All addresses of the machine: IPv6 takes IPv4 too, and where there is none IPv4 stands alone. */
async function listenEverywhere(app: Listener, port: number): Promise<string> {
  try {
    return await listenOn(app, '::', port)
  } catch (error) {
    if (!NO_IPV6.has(codeOf(error))) throw error
    return await listenOn(app, '0.0.0.0', port)
  }
}

function listenOn(app: Listener, host: string, port: number): Promise<string> {
  return app.listen({ host, port })
}
