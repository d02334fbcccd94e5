import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { anEnvelope } from '../../../tools/fixtures.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { fiveAgents } from './agents.ts'

/** A fault of wolkvox: it refuses connections, misuses them, or sends wrong responses. */
export type ServerFault =
  | 'refuses'
  | { readonly connection: (socket: Socket) => void }
  | { readonly respond: RequestListener }

/** A loopback wolkvox whose faults can be started and ended. Its address does not change. */
export interface Wolkvox {
  readonly url: string
  /** Number of connections so far. */
  connections(): number
  startFault(how: ServerFault): Promise<void>
  /** Responds with these records from now on. */
  endFault(records: readonly Record<string, unknown>[]): Promise<void>
  /** The records that it sends without a fault. */
  records(): readonly Record<string, unknown>[]
  close(): Promise<void>
}

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** @param certificate for TLS; without one, the server uses plain HTTP */
export async function startWolkvox(certificate?: Certificate): Promise<Wolkvox> {
  let good = fiveAgents()
  let respond: RequestListener = answerWith(anEnvelope(good))
  const listener: RequestListener = (request, response) => respond(request, response)
  const http = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  const speakHttp = (socket: Socket) => http.emit('connection', socket)
  let handleSocket: (socket: Socket) => void = speakHttp
  let connections = 0

  const sockets = new Set<Socket>()
  const front = createNetServer((socket) => {
    connections += 1
    sockets.add(socket)
    // Faults and timeouts break connections.
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    handleSocket(socket)
  })

  async function listen(port: number): Promise<void> {
    if (front.listening) return
    front.listen(port, '127.0.0.1')
    await once(front, 'listening')
  }

  async function refuse(): Promise<void> {
    if (!front.listening) return
    const closed = once(front, 'close')
    front.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await listen(0)
  const { port } = front.address() as AddressInfo
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    connections: () => connections,
    async startFault(how) {
      if (how === 'refuses') return refuse()
      if ('connection' in how) handleSocket = how.connection
      else respond = how.respond
    },
    records: () => good,
    async endFault(records) {
      good = records
      respond = answerWith(anEnvelope(records))
      handleSocket = speakHttp
      await listen(port)
    },
    close: refuse,
  }
}
