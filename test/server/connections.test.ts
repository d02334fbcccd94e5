import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { limitConnections } from '../../src/server/connections.ts'
import { aCertificate } from '../support/certificates.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

const A = '127.0.0.2'
const B = '127.0.0.3'
const C = '127.0.0.4'

/** A server with small limits. A connection that has sent something is busy. */
async function serve(maxConnections: number, maxConnectionsPerClient: number) {
  const busy = new Set<Socket>()
  let served = 0
  const server = createServer((socket) => {
    served += 1
    socket.on('error', () => {}).once('data', () => busy.add(socket))
    socket.once('close', () => busy.delete(socket))
  })
  const connections = limitConnections(server, () => busy, { maxConnections, maxConnectionsPerClient })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo

  /** Connects from an address. @returns whether the connection is open */
  async function open(localAddress: string, isBusy = false) {
    const before = busy.size
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {})
    onTestFinished(() => void socket.destroy())
    const closed = once(socket, 'close')
    await once(socket, 'connect')
    if (isBusy) {
      socket.write('hello')
      await Promise.race([
        closed,
        vi.waitFor(() => expect(busy.size).toBeGreaterThan(before), { interval: 2 }),
      ])
    }
    socket.resume()
    let isOpen = true
    void closed.then(() => {
      isOpen = false
    })
    return { socket, isOpen: () => sleep(30).then(() => isOpen) }
  }

  return { connections, open, served: () => served }
}

const areOpen = (clients: readonly { isOpen(): Promise<boolean> }[]) =>
  Promise.all(clients.map(({ isOpen }) => isOpen()))

describe('connections of one client', () => {
  it('are closed above its limit, without reaching the server', async () => {
    const { connections, open, served } = await serve(10, 2)
    const opened = [await open(A), await open(A), await open(A), await open(B)]
    expect(await areOpen(opened)).toEqual([true, true, false, true])
    expect([connections.count, served()]).toEqual([3, 3])
  })

  it('are possible again when others have ended', async () => {
    const { connections, open } = await serve(10, 2)
    const [first] = [await open(A), await open(A)]
    first.socket.destroy()
    await vi.waitFor(() => expect(connections.count).toBe(1))
    expect(await (await open(A)).isOpen()).toBe(true)
  })
})

describe('when all connections are in use', () => {
  it('a further one of the greediest client is closed', async () => {
    const { open } = await serve(3, 3)
    const opened = [await open(A), await open(B), await open(A), await open(A)]
    expect(await areOpen(opened)).toEqual([true, true, true, false])
  })

  it('another client displaces the oldest idle connection of the greediest', async () => {
    const { connections, open } = await serve(4, 4)
    const opened = [await open(B), await open(A, true), await open(A), await open(A), await open(C)]
    expect(await areOpen(opened)).toEqual([true, true, false, true, true])
    expect(connections.count).toBe(4)
  })

  it('it displaces the oldest connection of the greediest if all of them are busy', async () => {
    const { open } = await serve(3, 3)
    const opened = [await open(B), await open(A, true), await open(A, true), await open(C)]
    expect(await areOpen(opened)).toEqual([true, false, true, true])
  })

  it('several that arrive together displace one each', async () => {
    const { connections, open } = await serve(6, 6)
    const greedy = []
    for (let count = 0; count < 6; count += 1) greedy.push(await open(A))
    const others = await Promise.all([open(B), open(C), open('127.0.0.5')])
    expect(await areOpen(others)).toEqual([true, true, true])
    expect(await areOpen(greedy)).toEqual([false, false, false, true, true, true])
    expect(connections.count).toBe(6)
  })
})

it('closes only idle connections on request', async () => {
  const { connections, open } = await serve(3, 3)
  const opened = [await open(A), await open(A, true), await open(B)]
  connections.closeIdle()
  expect(await areOpen(opened)).toEqual([false, true, false])
})

describe('with TLS', () => {
  async function serveTls() {
    // The addresses of the connections with TLS state, in their order.
    const wrapped: string[] = []
    const server = createTlsServer(await aCertificate(), (socket) => {
      socket.on('error', () => {}).end('hello')
    })
    const [listener] = server.listeners('connection')
    server.removeAllListeners('connection').on('connection', (socket: Socket) => {
      wrapped.push(socket.remoteAddress ?? '')
      listener?.call(server, socket)
    })
    const connections = limitConnections(server, () => [])
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      connections.closeIdle()
      server.close()
    })
    return { connections, port: (server.address() as AddressInfo).port, wrapped }
  }

  function handshake(port: number, localAddress: string) {
    const tcp = connect({ port, host: '127.0.0.1', localAddress })
    const socket = connectTls({ socket: tcp, rejectUnauthorized: false }).on('error', () => {})
    onTestFinished(() => void socket.destroy())
    return once(socket, 'data').then(String)
  }

  it('all handshakes of a crowd succeed', async () => {
    const { port } = await serveTls()
    const answers = await Promise.all(Array.from({ length: 30 }, () => handshake(port, A)))
    expect(answers).toEqual(Array.from({ length: 30 }, () => 'hello'))
  })

  it('a client does not wait for the crowd of another', async () => {
    const { connections, port, wrapped } = await serveTls()
    const addresses = [...Array.from({ length: 60 }, () => A), B]
    const sockets = addresses.map((localAddress) =>
      connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {}),
    )
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
    await vi.waitFor(() => expect(connections.count).toBe(61))
    // The start of a handshake from each at the same moment; the single client is the last.
    for (const socket of sockets) socket.write('\x16')
    await vi.waitFor(() => expect(wrapped).toHaveLength(61))
    expect(wrapped.indexOf(B)).toBeLessThan(40)
  })

  it('a connection that has sent nothing costs no TLS state, and can end at any time', async () => {
    const { connections, port, wrapped } = await serveTls()
    const sockets = Array.from({ length: 3 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
    await vi.waitFor(() => expect(connections.count).toBe(3))
    sockets[0]?.end()
    sockets[1]?.resetAndDestroy()
    await vi.waitFor(() => expect(connections.count).toBe(1))
    expect(wrapped).toEqual([])
  })
})
