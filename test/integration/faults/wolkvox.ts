import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { anEnvelope, answerWith } from '../../support/helpers.ts'
import { fiveAgents } from './agents.ts'

/** What goes wrong on wolkvox's side: nobody listens, a connection is misused, or the answer is wrong. */
export type Misbehaviour =
  | 'refuses'
  | { readonly connection: (socket: Socket) => void }
  | { readonly answer: RequestListener }

/** A loopback wolkvox that misbehaves on demand and mends on demand, at one address all the while. */
export interface Wolkvox {
  readonly url: string
  /** Connections taken so far. */
  connections(): number
  misbehave(how: Misbehaviour): Promise<void>
  /** Answers with these records from now on. */
  behave(records: readonly Record<string, unknown>[]): Promise<void>
  /** What it answers when it behaves. */
  records(): readonly Record<string, unknown>[]
  close(): Promise<void>
}

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** @param certificate speaks TLS with it, and plain HTTP without */
export async function startWolkvox(certificate?: Certificate): Promise<Wolkvox> {
  let good = fiveAgents()
  let answer: RequestListener = answerWith(anEnvelope(good))
  const listener: RequestListener = (request, response) => answer(request, response)
  const http = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  const speakHttp = (socket: Socket) => http.emit('connection', socket)
  let take: (socket: Socket) => void = speakHttp
  let connections = 0

  const sockets = new Set<Socket>()
  const front = createNetServer((socket) => {
    connections += 1
    sockets.add(socket)
    // Whoever misbehaves breaks connections, and so does who gives up on it.
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    take(socket)
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
    async misbehave(how) {
      if (how === 'refuses') return refuse()
      if ('connection' in how) take = how.connection
      else answer = how.answer
    },
    records: () => good,
    async behave(records) {
      good = records
      answer = answerWith(anEnvelope(records))
      take = speakHttp
      await listen(port)
    },
    close: refuse,
  }
}
