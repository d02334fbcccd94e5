import type { Server, Socket } from 'node:net'
import { clientOf, displacedBy } from './fair-share.ts'
import { limits } from './limits.ts'

/** The open connections of a server. */
export interface Connections {
  readonly count: number
  /** Closes those that have no response in progress, also those that have not sent a whole request. */
  closeIdle(): void
}

/**
 * Limits the connections of a server, in total and per client. Above the limit of its client a connection is closed immediately;
 * above the total, {@link displacedBy} decides. Nothing is done per request.
 *
 * It runs before the server's own listener, so that a refused connection costs no TLS handshake.
 *
 * @param responding connections with a response in progress
 */
export function limitConnections(
  server: Server,
  responding: () => Iterable<Socket>,
  {
    maxConnections,
    maxConnectionsPerClient,
  }: Readonly<Record<'maxConnections' | 'maxConnectionsPerClient', number>> = limits,
): Connections {
  // The order of both is that of the connections.
  const clientOfOpen = new Map<Socket, string>()
  const perClient = new Map<string, number>()

  function remove(socket: Socket): void {
    const client = clientOfOpen.get(socket)
    if (client === undefined) return
    clientOfOpen.delete(socket)
    const others = (perClient.get(client) ?? 1) - 1
    if (others === 0) perClient.delete(client)
    else perClient.set(client, others)
  }

  function makeRoomFor(client: string): boolean {
    if ((perClient.get(client) ?? 0) >= maxConnectionsPerClient) return false
    if (clientOfOpen.size < maxConnections) return true
    const displaced = displacedBy(client, holders())
    if (displaced === undefined) return false
    // It counts as closed now: other connections may arrive before its `close` event.
    remove(displaced.socket)
    displaced.socket.destroy()
    return true
  }

  function* holders() {
    const busy = new Set(Array.from(responding(), peerOf))
    for (const [socket, client] of clientOfOpen) yield { socket, client, isIdle: !busy.has(peerOf(socket)) }
  }

  const listeners = server.listeners('connection')
  const serveNow = (_client: string, socket: Socket) => {
    for (const listener of listeners) listener.call(server, socket)
  }
  const serve = 'setSecureContext' in server ? takingTurns(serveNow) : serveNow
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    const client = clientOf(socket)
    if (!makeRoomFor(client)) {
      socket.destroy()
      return
    }
    clientOfOpen.set(socket, client)
    perClient.set(client, (perClient.get(client) ?? 0) + 1)
    socket.once('close', () => remove(socket))
    serve(client, socket)
  })

  return {
    get count() {
      return clientOfOpen.size
    },
    closeIdle() {
      for (const { socket, isIdle } of holders()) if (isIdle) socket.destroy()
    },
  }
}

type Serve = (client: string, socket: Socket) => void

/**
 * Lets a few connections begin their handshakes, then other work, then the next few. The clients take turns, so that a crowd from
 * one address delays only itself. A connection waits for its first bytes without any TLS state: a silent one costs little.
 */
function takingTurns(serve: Serve): Serve {
  const waiting = new Map<string, Socket[]>()

  function serveSome(): void {
    for (let turn = 0; turn < limits.handshakesPerTurn; turn += 1) {
      const [next] = waiting
      if (next === undefined) return
      const [client, sockets] = next
      const socket = sockets.shift()
      waiting.delete(client)
      if (sockets.length > 0) waiting.set(client, sockets)
      if (socket !== undefined && !socket.destroyed) serve(client, socket)
    }
    if (waiting.size > 0) setImmediate(serveSome)
  }

  function wait(client: string, socket: Socket): void {
    if (waiting.size === 0) setImmediate(serveSome)
    const own = waiting.get(client)
    if (own !== undefined) own.push(socket)
    else waiting.set(client, [socket])
  }

  return (client, socket) => {
    const giveUp = () => void socket.destroy()
    // A client can disconnect while it waits.
    socket.on('error', () => {})
    socket.setTimeout(limits.headersTimeoutMs).once('timeout', giveUp)
    socket.once('readable', () => {
      socket.setTimeout(0).off('timeout', giveUp)
      // Without bytes, it has ended.
      if (socket.readableLength === 0) socket.destroy()
      else wait(client, socket)
    })
  }
}

/** With TLS, requests come from a different socket object with the same peer. The peers of a Unix socket have no address. */
function peerOf(socket: Socket): unknown {
  return socket.remotePort === undefined ? socket : `${socket.remoteAddress} ${socket.remotePort}`
}
