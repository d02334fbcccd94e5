import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ListenError, listen } from '../../src/server/listen.ts'
import { makeApp } from './make-app.ts'

const toClose: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((server) => server.close()))
})

function app() {
  const made = makeApp().app
  toClose.push(made)
  return made
}

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
    const url = await listen(app(), { host: '127.0.0.1', port: 0 })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect((await fetch(`${url}/metrics`)).status).toBe(200)
  })

  it('listens on every address if no host is given', async () => {
    const url = await listen(app(), { host: undefined, port: 0 })
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
    const urls = await Promise.all(addresses.map((address) => listen(app(), address)))
    expect(new Set(urls.map((url) => new URL(url).port)).size).toBe(3)
  })

  it('says what to do if the port is in use', async () => {
    const port = await occupiedPort()
    const error = await failureOf(listen(app(), { host: '127.0.0.1', port }))
    expect(error.message).toBe(
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE): another program listens there, perhaps an exporter started earlier (\`ss -ltnp\` shows it); ` +
        'stop it, or choose another port with --web.listen-address',
    )
    expect(error.cause).toMatchObject({ code: 'EADDRINUSE' })
  })

  it('says what to do if it uses the port itself', async () => {
    const { port } = new URL(await listen(app(), { host: undefined, port: 0 }))
    const error = await failureOf(listen(app(), { host: undefined, port: Number(port) }))
    expect(error.message).toMatch(new RegExp(`^cannot listen on :${port} \\(EADDRINUSE\\): another program`))
  })

  it('says what to do if the machine does not have the address', async () => {
    const error = await failureOf(listen(app(), { host: '192.0.2.1', port: 0 }))
    expect(error.message).toBe(
      'cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): this machine does not have that address; see --web.listen-address',
    )
  })

  it('writes an IPv6 address in the form of the flag', async () => {
    const error = await failureOf(listen(app(), { host: '2001:db8::1', port: 9989 }))
    expect(error.message).toContain('cannot listen on [2001:db8::1]:9989 (')
  })
})

describe('ListenError', () => {
  it.each([
    ['EADDRINUSE', 'another program listens there'],
    ['EACCES', 'choose a port above 1023'],
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
