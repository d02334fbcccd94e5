import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { createServer as createNetServer } from 'node:net'
import { onTestFinished } from './on-test-finished.ts'

/** A loopback HTTP server that ends with the test. @returns its URL */
export async function serveHttp(handle: RequestListener): Promise<string> {
  return listenOnLoopback(createServer(handle), 'http')
}

/** A loopback TCP server, for responses that HTTP forbids. @returns its URL */
export async function serveSockets(handle: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    handle(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return listenOnLoopback(server, 'http')
}

/** Listens on a free loopback port until the test ends. @returns the server's URL */
export async function listenOnLoopback(
  server: NetServer | Server,
  scheme: 'http' | 'https',
): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Responds to every request with this body. */
export function answerWith(body: string | Buffer, status = 200, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
}
