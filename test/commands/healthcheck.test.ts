import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ROOT } from '../support/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { runCommand } from './surroundings.ts'

const toClose: { close(): unknown; closeAllConnections(): void }[] = []
afterEach(() => {
  for (const server of toClose.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function portOf(listener: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createServer(listener).listen(0, host)
  toClose.push(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('there is no port')
  return address.port
}

const answering = (status: number, host?: string) =>
  portOf((request, response) => {
    response.writeHead(request.url === '/-/healthy' && request.method === 'GET' ? status : 404).end()
  }, host)

const loopback = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
  addresses.some(({ address }) => address === '::1'),
)?.[0]

async function deadPort(): Promise<number> {
  const port = await answering(200)
  const server = toClose.pop()
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
  it.each(['127.0.0.1', '', '0.0.0.0', 'localhost', '[::ffff:127.0.0.1]'])(
    'finds the exporter that listens on "%s"',
    async (host) => {
      const port = await answering(200)
      expect(await runCommand(['healthcheck', `--web.listen-address=${host}:${port}`])).toEqual({
        code: 0,
        printed: 'healthy\n',
        complained: '',
      })
    },
  )

  it.skipIf(loopback === undefined)('finds the exporter that listens on an address with a zone', async () => {
    const host = `::1%${loopback}`
    const port = await answering(200, host)
    expect(await runCommand(['healthcheck', `--web.listen-address=[${host}]:${port}`])).toEqual({
      code: 0,
      printed: 'healthy\n',
      complained: '',
    })
  })

  it('names an address with a zone in its complaint', async () => {
    shortenTimeout()
    const port = await deadPort()
    const { code, complained } = await runCommand([
      'healthcheck',
      `--web.listen-address=[fe80::1%eth9]:${port}`,
    ])
    expect(code).toBe(1)
    expect(complained).toMatch(
      /^wolkvox-exporter: http:\/\/\[fe80::1%eth9\]:\d+\/-\/healthy does not answer \(.+\)\n$/,
    )
  })

  it('never uses a proxy', async () => {
    const port = await answering(200)
    const proxy = `http://127.0.0.1:${await deadPort()}`
    const environment = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy }
    const argv = ['env', ...Object.entries(environment).map((pair) => pair.join('=')), process.execPath]
    const [command = '', ...rest] = [...argv, `${ROOT}src/main.ts`, 'healthcheck']
    expect(await runProgram(command, [...rest, `--web.listen-address=127.0.0.1:${port}`])).toEqual({
      code: 0,
      output: 'healthy\n',
    })
  })

  it('asks at the first address where there are several', async () => {
    const [alive, dead] = [await answering(200), await deadPort()]
    const addresses = [`--web.listen-address=127.0.0.1:${alive}`, `--web.listen-address=127.0.0.1:${dead}`]
    expect((await runCommand(['healthcheck', ...addresses])).code).toBe(0)
    expect((await runCommand(['healthcheck', ...addresses.toReversed()])).code).toBe(1)
  })

  it.each([302, 404, 500, 503])('takes HTTP status %i for ill', async (status) => {
    const port = await answering(status)
    expect(await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`])).toEqual({
      code: 1,
      printed: '',
      complained: `wolkvox-exporter: http://127.0.0.1:${port}/-/healthy answered HTTP status ${status}\n`,
    })
  })

  it.each(['127.0.0.1', ''])('says in a line that nobody listens on "%s"', async (host) => {
    const port = await deadPort()
    const { code, printed, complained } = await runCommand([
      'healthcheck',
      `--web.listen-address=${host}:${port}`,
    ])
    expect([code, printed]).toEqual([1, ''])
    expect(complained).toMatch(
      new RegExp(
        `^wolkvox-exporter: http://[^/]+:${port}/-/healthy does not answer \\(.*ECONNREFUSED.*\\)\n$`,
      ),
    )
  })

  it('gives up on an exporter that hangs', async () => {
    const timeout = shortenTimeout()
    const port = await portOf(() => {})
    const { code, complained } = await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(complained).toMatch(/^wolkvox-exporter: \S+ does not answer \(.*timeout.*\)\n$/)
    expect(timeout).toHaveBeenCalledExactlyOnceWith(3000)
  })

  it('needs neither server code nor token', async () => {
    const port = await answering(200)
    const environment = { WOLKVOX_SERVER: '?', WOLKVOX_TOKEN: '' }
    const { code } = await runCommand(['healthcheck', `--web.listen-address=127.0.0.1:${port}`], environment)
    expect(code).toBe(0)
  })
})
