import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ROOT } from '../../tools/files.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { runProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCommand } from './command-context.ts'

const servers: { close(): unknown; closeAllConnections(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function portOf(listener: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createServer(listener).listen(0, host)
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

const serverWithStatus = (status: number, host?: string) =>
  portOf((request, response) => {
    response.writeHead(request.url === '/-/healthy' && request.method === 'GET' ? status : 404).end()
  }, host)

const loopback = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
  addresses.some(({ address }) => address === '::1'),
)?.[0]

async function closedPort(): Promise<number> {
  const port = await serverWithStatus(200)
  const server = servers.pop()
  server?.close()
  return port
}

/** Fake timers do not cover `AbortSignal.timeout`. */
function shortenTimeout() {
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(100))
  onTestFinished(() => spy.mockRestore())
  return spy
}

describe('healthcheck', () => {
  it('finds the exporter that listens on a Unix socket', async () => {
    const path = join(temporaryFolder(), 'exporter.sock')
    const server = createServer((_request, response) => response.end()).listen(path)
    servers.push(server)
    await once(server, 'listening')
    expect(await runCommand(['healthcheck', `--web.listen-address=unix:${path}`])).toEqual({
      code: 0,
      printed: 'healthy\n',
      errors: '',
    })
  })

  it('names the Unix socket if nothing listens there', async () => {
    const { code, errors } = await runCommand([
      'healthcheck',
      '--web.listen-address=unix:/nowhere/exporter.sock',
    ])
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining('no response from http://unix:/nowhere/exporter.sock:/-/healthy ('),
    ])
  })

  it.each(['127.0.0.1', '', '0.0.0.0', 'localhost', '[::ffff:127.0.0.1]'])(
    'finds the exporter that listens on "%s"',
    async (host) => {
      const port = await serverWithStatus(200)
      expect(await runCommand(['healthcheck', `--web.listen-address=${host}:${port}`])).toEqual({
        code: 0,
        printed: 'healthy\n',
        errors: '',
      })
    },
  )

  it.skipIf(loopback === undefined)('finds the exporter that listens on an address with a zone', async () => {
    const host = `::1%${loopback}`
    const port = await serverWithStatus(200, host)
    expect(await runCommand(['healthcheck', `--web.listen-address=[${host}]:${port}`])).toEqual({
      code: 0,
      printed: 'healthy\n',
      errors: '',
    })
  })

  it('names an address with a zone in its error', async () => {
    shortenTimeout()
    const port = await closedPort()
    const { code, errors } = await runCommand(['healthcheck', `--web.listen-address=[fe80::1%eth9]:${port}`])
    expect(code).toBe(1)
    expect(errors).toMatch(
      /^wolkvox-exporter: no response from http:\/\/\[fe80::1%eth9\]:\d+\/-\/healthy \(.+\)\n$/,
    )
  })

  it('never uses a proxy', async () => {
    const port = await serverWithStatus(200)
    const proxy = `http://127.0.0.1:${await closedPort()}`
    const environment = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy }
    const argv = ['env', ...Object.entries(environment).map((pair) => pair.join('=')), process.execPath]
    const [command = '', ...rest] = [...argv, `${ROOT}src/main.ts`, 'healthcheck']
    expect(await runProgram(command, [...rest, `--web.listen-address=127.0.0.1:${port}`])).toEqual({
      code: 0,
      output: 'healthy\n',
    })
  })

  it('uses the first of several addresses', async () => {
    const [open, closed] = [await serverWithStatus(200), await closedPort()]
    const addresses = [`--web.listen-address=127.0.0.1:${open}`, `--web.listen-address=127.0.0.1:${closed}`]
    expect((await runCommand(['healthcheck', ...addresses])).code).toBe(0)
    expect((await runCommand(['healthcheck', ...addresses.toReversed()])).code).toBe(1)
  })

  it.each([302, 404, 500, 503])('fails for HTTP status %i', async (status) => {
    const port = await serverWithStatus(status)
    expect(await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`])).toEqual({
      code: 1,
      printed: '',
      errors: `wolkvox-exporter: http://127.0.0.1:${port}/-/healthy responded with HTTP status ${status}\n`,
    })
  })

  it('fails for a server that switches to another protocol', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    servers.push(server)
    server.on('connection', (socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`])).toEqual({
      code: 1,
      printed: '',
      errors: `wolkvox-exporter: http://127.0.0.1:${port}/-/healthy responded with HTTP status 101\n`,
    })
  })

  it.each(['127.0.0.1', ''])('reports in one line that nothing listens on "%s"', async (host) => {
    const port = await closedPort()
    const { code, printed, errors } = await runCommand([
      'healthcheck',
      `--web.listen-address=${host}:${port}`,
    ])
    expect([code, printed]).toEqual([1, ''])
    expect(errors).toMatch(
      new RegExp(
        `^wolkvox-exporter: no response from http://[^/]+:${port}/-/healthy \\(.*ECONNREFUSED.*\\)\n$`,
      ),
    )
  })

  it('times out if the exporter hangs', async () => {
    const timeout = shortenTimeout()
    const port = await portOf(() => {})
    const { code, errors } = await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(errors).toMatch(/^wolkvox-exporter: no response from \S+ \(.*timeout.*\)\n$/)
    expect(timeout).toHaveBeenCalledExactlyOnceWith(3000)
  })

  it('needs neither server code nor token', async () => {
    const port = await serverWithStatus(200)
    const environment = { WOLKVOX_SERVER: '?', WOLKVOX_TOKEN: '' }
    const { code } = await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`], environment)
    expect(code).toBe(0)
  })
})
