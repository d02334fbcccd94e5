import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify from 'fastify'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Responses, trackResponses } from '../../src/server/responses.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

let responses: Responses
let port: number
/** The sockets of the server, in the order of their first request. */
let sockets: Set<Socket>
let release: () => void

beforeEach(async () => {
  const waiting = Promise.withResolvers<void>()
  release = waiting.resolve
  sockets = new Set()
  const app = Fastify()
  responses = trackResponses(app)
  app.addHook('onRequest', async ({ socket }) => void sockets.add(socket))
  app.get('/quick', async () => 'done')
  app.get('/slow', async () => waiting.promise.then(() => 'done'))
  app.get('/fails', async () => {
    throw new Error('a fault')
  })
  app.get('/hijacked', (_request, reply) => void reply.hijack().raw.end('done'))
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    release()
    app.server.closeAllConnections()
    await app.close()
  })
  port = (app.server.address() as AddressInfo).port
})

/** A connection that has sent these requests without waiting. */
async function ask(...paths: readonly string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.resume().write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
  return socket
}

const counts = () => ({
  connections: [...responses.connections()].length,
  each: [...sockets].map((socket) => responses.on(socket)),
})

const until = (expected: ReturnType<typeof counts>) =>
  vi.waitFor(() => expect(counts()).toEqual(expected), { timeout: 5000, interval: 5 })

describe('responses in progress', () => {
  it('are counted for each connection', async () => {
    await ask('/slow', '/slow', '/slow')
    await until({ connections: 1, each: [3] })
    await ask('/slow')
    await until({ connections: 2, each: [3, 1] })
  })

  it('are uncounted exactly once when they end', async () => {
    await ask('/slow', '/slow')
    await ask('/slow')
    await until({ connections: 2, each: [2, 1] })
    release()
    await until({ connections: 0, each: [0, 0] })
  })

  it.each(['/quick', '/fails', '/hijacked', '/nowhere', '/%zz'])(
    'leave nothing behind after a hundred of %s on one connection',
    async (path) => {
      const socket = await ask('/quick')
      await until({ connections: 0, each: [0] })
      for (let time = 0; time < 100; time += 1) {
        const answered = once(socket, 'data')
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        await answered
      }
      await until({ connections: 0, each: [0] })
    },
  )

  it('are uncounted when the client disconnects before the response', async () => {
    const gone = await ask('/slow', '/slow')
    await ask('/slow')
    await until({ connections: 2, each: [2, 1] })
    gone.resetAndDestroy()
    await until({ connections: 1, each: [0, 1] })
  })

  it('share one timer', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => set.mockRestore())
    await ask(...Array.from({ length: 20 }, () => '/quick'))
    await until({ connections: 0, each: [0] })
    // Fastify and Node use other timers, all of them shorter.
    const deadlines = set.mock.calls.filter(([, ms]) => Number(ms) > 50_000 && Number(ms) <= 60_000)
    expect(deadlines).toHaveLength(1)
  })
})
