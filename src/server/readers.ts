import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

// Prometheus gives up after 10 s unless it is told otherwise; whoever reads for so long is not going to end.
const DEADLINE_MS = 60_000

// Far more than any number of Prometheus servers opens; what comes beyond is closed at once.
const MAX_CONNECTIONS = 1024

/**
 * Bounds what slow readers can hold, yet lets them finish when the server closes.
 *
 * Node counts a response as done once its socket has taken it, though most of it may still wait there for the reader: it
 * would keep those bytes for ever, and cut the connection when it closes the idle ones. So it is the sockets that are
 * watched here.
 */
export function careForReaders(app: FastifyInstance): void {
  const sockets = new Set<Socket>()
  const answering = new Set<Promise<void>>()
  const watched = new WeakSet<Socket>()

  app.server.maxConnections = MAX_CONNECTIONS
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('onRequest', async ({ socket }, { raw }) => {
    const answered = new Promise<void>((resolve) => raw.once('close', resolve))
    answering.add(answered)
    void answered.then(() => answering.delete(answered))
    if (watched.has(socket)) return
    watched.add(socket)
    cutOff(socket, () => watched.delete(socket))
  })
  app.addHook('preClose', async () => {
    await Promise.all(answering)
    await Promise.all([...sockets].map(drained))
  })
}

/**
 * Ends the connection unless all that it was sent has been read in time.
 *
 * @param ended told when there is nothing to wait for any more
 */
function cutOff(socket: Socket, ended: () => void): void {
  const done = () => {
    clearTimeout(deadline)
    socket.off('drain', done).off('close', done)
    ended()
  }
  const deadline = setTimeout(() => {
    done()
    if (socket.writableLength > 0) socket.destroy()
  }, DEADLINE_MS)
  socket.on('drain', done).on('close', done)
}

/** Resolves once nothing waits in the socket any more. */
function drained(socket: Socket): Promise<void> {
  if (socket.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => {
    socket.once('drain', resolve)
    socket.once('close', () => resolve())
  })
}
