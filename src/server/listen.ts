import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts'
import { codeOf } from '../error-text.ts'
import { limits } from './limits.ts'

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there, perhaps an exporter started earlier (`ss -lntxp` shows it); stop it, or choose another address with',
  EACCES: 'this user is not allowed to; choose a port above 1023, or a folder that this user can write, with',
  EADDRNOTAVAIL: 'this machine does not have that address; see',
  ENOTFOUND: 'the host name is unknown; see',
  ENOENT: 'its folder does not exist; create it, or choose another path with',
  ENOTSOCK: 'a file that is not a socket is there; remove it, or choose another path with',
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

/** A server that listens on one or more addresses. */
export interface Listening {
  /** Where it listens, one per address: `http://127.0.0.1:9989` or, as nginx writes it, `http://unix:/run/exporter.sock:`. */
  readonly urls: readonly string[]
  /** Stops to accept connections. Resolves when those of the further addresses have ended. The HTTP server is closed separately. */
  close(): Promise<void>
}

/**
 * Listens on several addresses with one server, so that its limits apply to all of them together. The HTTP server listens on the
 * first address and gets the connections of the others from servers that do nothing else.
 *
 * @throws ListenError with what to do about it; then none of the further addresses is open
 */
export async function listen(server: Server, addresses: readonly ListenAddress[]): Promise<Listening> {
  const further: Server[] = []
  const scheme = 'setSecureContext' in server ? 'https' : 'http'

  /** The server for the next socket. */
  function nextServer(): Server {
    if (!server.listening) return server
    // As Node's own servers for HTTP and HTTPS open their connections.
    const next = createServer({ allowHalfOpen: scheme === 'http', noDelay: true }, (connection) =>
      server.emit('connection', connection),
    )
    further.push(next)
    return next
  }

  async function close(): Promise<void> {
    await Promise.all(further.map(closeServer))
  }

  try {
    const urls: string[] = []
    for (const address of addresses) urls.push(await listenOn(address, nextServer, scheme))
    return { urls, close }
  } catch (error) {
    await close()
    throw error
  }
}

function closeServer(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve))
}

/** @returns the URL of the address */
async function listenOn(address: ListenAddress, nextServer: () => Server, scheme: string): Promise<string> {
  try {
    if ('path' in address) {
      const { listenOnSocketFile } = await import('./unix-socket.ts')
      await listenOnSocketFile(nextServer(), address.path)
      return `${scheme}://unix:${address.path}:`
    }
    const [first = '', ...others] = await hostsOf(address.host)
    const { host, port } = await listenOnHost(nextServer(), first, address.port)
    for (const other of others) await listenOnFurtherHost(nextServer(), other, port, address.port === 0)
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
  } catch (error) {
    throw new ListenError(address, codeOf(error), '--web.listen-address', { cause: error })
  }
}

/**
 * The machine may lack a further address of `localhost`, although the hosts file names it. On a port that the system chose for the
 * first address, another program may already listen at the further one.
 */
async function listenOnFurtherHost(
  server: Server,
  host: string,
  port: number,
  isAnyPort: boolean,
): Promise<void> {
  try {
    await listenOnHost(server, host, port)
  } catch (error) {
    const code = codeOf(error)
    if (!NO_IPV6.has(code) && !(isAnyPort && code === 'EADDRINUSE')) throw error
  }
}

/** The first is the one to announce. */
async function hostsOf(host: string | undefined): Promise<readonly string[]> {
  if (host !== 'localhost') return [host ?? EVERYWHERE]
  // The hosts file can name an address more than once.
  return [...new Set((await lookup(host, { all: true })).map(({ address }) => address))]
}

// An IPv6 socket also accepts IPv4.
const EVERYWHERE = '::'
const NO_IPV6: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

async function listenOnHost(server: Server, host: string, port: number) {
  try {
    server.listen({ host, port, backlog: limits.backlog })
    await once(server, 'listening')
  } catch (error) {
    if (host !== EVERYWHERE || !NO_IPV6.has(codeOf(error))) throw error
    server.listen({ host: '0.0.0.0', port, backlog: limits.backlog })
    await once(server, 'listening')
  }
  const { address, port: actualPort } = server.address() as AddressInfo
  return { host: address, port: actualPort }
}
