import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ListenAddress } from '../../src/config/listen-address.ts'
import { limitConnections } from '../../src/server/connections.ts'
import { ListenError, listen } from '../../src/server/listen.ts'
import { makeApp } from './make-app.ts'

const toClose: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((server) => server.close()))
})

const localAddresses = await lookup('localhost', { all: true })

/** Listens with a new application. @returns where, one URL per address */
async function listenWith(addresses: readonly ListenAddress[]): Promise<readonly string[]> {
  const { app } = makeApp()
  toClose.push(app)
  await app.ready()
  const listening = await listen(app.server, addresses)
  toClose.push(listening)
  return listening.urls
}

const listenOn = async (address: ListenAddress): Promise<string> => (await listenWith([address]))[0] ?? ''

async function occupiedPort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  toClose.push(server)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('there is no port')
  return address.port
}

async function failureOf(listening: Promise<unknown>): Promise<ListenError> {
  const error: unknown = await listening.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ListenError)) throw new Error('there was no ListenError', { cause: error })
  return error
}

describe('listen', () => {
  it('uses a free port for 0 and returns it', async () => {
    const url = await listenOn({ host: '127.0.0.1', port: 0 })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect((await fetch(`${url}/metrics`)).status).toBe(200)
  })

  it('listens on every address if no host is given', async () => {
    const url = await listenOn({ host: undefined, port: 0 })
    const { port } = new URL(url)
    expect(url).toMatch(/^http:\/\/(\[::\]|0\.0\.0\.0):[1-9]\d*$/)
    expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200)
  })

  it('can listen on several addresses', async () => {
    const addresses = [
      { host: '127.0.0.1', port: 0 },
      { host: 'localhost', port: 0 },
      { host: undefined, port: 0 },
    ]
    const urls = await listenWith(addresses)
    expect(new Set(urls.map((url) => new URL(url).port)).size).toBe(3)
  })

  it('says what to do if the port is in use', async () => {
    const port = await occupiedPort()
    const error = await failureOf(listenOn({ host: '127.0.0.1', port }))
    expect(error.message).toBe(
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE): another program listens there, perhaps an exporter started earlier (\`ss -lntxp\` shows it); ` +
        'stop it, or choose another address with --web.listen-address',
    )
    expect(error.cause).toMatchObject({ code: 'EADDRINUSE' })
  })

  it('says what to do if it uses the port itself', async () => {
    const { port } = new URL(await listenOn({ host: undefined, port: 0 }))
    const error = await failureOf(listenOn({ host: undefined, port: Number(port) }))
    expect(error.message).toMatch(new RegExp(`^cannot listen on :${port} \\(EADDRINUSE\\): another program`))
  })

  it('says what to do if the machine does not have the address', async () => {
    const error = await failureOf(listenOn({ host: '192.0.2.1', port: 0 }))
    expect(error.message).toBe(
      'cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): this machine does not have that address; see --web.listen-address',
    )
  })

  it('writes an IPv6 address in the form of the flag', async () => {
    const error = await failureOf(listenOn({ host: '2001:db8::1', port: 9989 }))
    expect(error.message).toContain('cannot listen on [2001:db8::1]:9989 (')
  })
})

describe('several addresses', () => {
  const addresses = [
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.2', port: 0 },
  ]

  it('share the limits of the server', async () => {
    const server = createHttpServer((_request, response) => response.end())
    const connections = limitConnections(server, () => [], { maxConnections: 9, maxConnectionsPerClient: 2 })
    toClose.push({ close: () => server.closeAllConnections() }, server)
    const listening = await listen(server, addresses)
    toClose.push(listening)
    const sockets = listening.urls.concat(listening.urls).map((url) => {
      const { hostname, port } = new URL(url)
      return connect({ host: hostname, port: Number(port), localAddress: '127.0.0.3' }).on('error', () => {})
    })
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    // The other two are closed.
    await Promise.all(
      sockets
        .map((socket) => socket.resume())
        .slice(2)
        .map((socket) => once(socket, 'close')),
    )
    expect(connections.count).toBe(2)
    for (const socket of sockets) socket.destroy()
  })

  it('all end with the server, also with a client that sends nothing', async () => {
    const { app } = makeApp()
    await app.ready()
    const listening = await listen(app.server, addresses)
    const sockets = listening.urls.map((url) => {
      const { hostname, port } = new URL(url)
      return connect({ host: hostname, port: Number(port) })
        .on('error', () => {})
        .resume()
    })
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const ended = Promise.all(sockets.map((socket) => once(socket, 'close')))
    await Promise.all([listening.close(), app.close(), ended])
  })

  it('include all addresses of localhost', async () => {
    const { port } = new URL(await listenOn({ host: 'localhost', port: 0 }))
    const statuses = localAddresses.map(async ({ address, family }) => {
      const host = family === 6 ? `[${address}]` : address
      return (await fetch(`http://${host}:${port}/-/healthy`)).status
    })
    expect(await Promise.all(statuses)).toEqual(localAddresses.map(() => 200))
  })
})

describe('ListenError', () => {
  it.each([
    ['EADDRINUSE', 'another program listens there'],
    ['EACCES', 'choose a port above 1023, or a folder that this user can write'],
    ['EADDRNOTAVAIL', 'this machine does not have that address'],
    ['ENOTFOUND', 'the host name is unknown'],
    ['EUNKNOWN', 'see --web.listen-address'],
  ])('advises on %s and names the flag', (code, advice) => {
    const { message } = new ListenError({ host: undefined, port: 80 }, code, '--web.listen-address')
    expect(message).toContain(`cannot listen on :80 (${code}): `)
    expect(message).toContain(advice)
    expect(message).toContain('--web.listen-address')
  })
})
