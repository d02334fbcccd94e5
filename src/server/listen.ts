import { formatListenAddress, type ListenAddress } from '../config/process-config.ts'
import { codeOf } from '../error-text.ts'

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there, perhaps an exporter started earlier (`ss -ltnp` shows it); stop it, or choose another port with',
  EACCES: 'this user is not allowed to; choose a port above 1023 with',
  EADDRNOTAVAIL: 'this machine does not have that address; see',
  ENOTFOUND: 'the host name is unknown; see',
}

/** The server cannot listen on an address. */
export class ListenError extends Error {
  override readonly name = 'ListenError'

  /** @param flag that sets the address */
  constructor(address: ListenAddress, code: string, flag: string, options?: ErrorOptions) {
    super(
      `cannot listen on ${formatListenAddress(address)} (${code}): ${ADVICE[code] ?? 'see'} ${flag}`,
      options,
    )
  }
}

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
    return await (host === undefined ? listenEverywhere(app, port) : app.listen({ host, port }))
  } catch (error) {
    throw new ListenError({ host, port }, codeOf(error), '--web.listen-address', { cause: error })
  }
}

/** Listens on all addresses of the machine. An IPv6 socket also accepts IPv4; without IPv6, the exporter uses only IPv4. */
async function listenEverywhere(app: Listener, port: number): Promise<string> {
  try {
    return await app.listen({ host: '::', port })
  } catch (error) {
    if (!NO_IPV6.has(codeOf(error))) throw error
    return await app.listen({ host: '0.0.0.0', port })
  }
}
