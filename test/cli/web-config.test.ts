import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, get } from 'node:https'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { aCa, aCertificate, type KeyPair, writePair } from '../support/certificates.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { HASH } from '../support/passwords.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCommand } from './command-context.ts'
import { ISOLATED, logged, startCommand } from './start-command.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

const GOOD = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token-1' }

let pair: KeyPair
let ca: KeyPair
beforeAll(async () => {
  pair = await aCertificate()
  ca = await aCa()
})

/** Writes a web configuration beside its certificate. @returns the flag */
function flagFor(yaml: string): string {
  const folder = temporaryFolder()
  writePair(folder, 'server', pair)
  writeFileSync(join(folder, 'ca.crt'), ca.cert)
  writeFileSync(join(folder, 'web.yml'), yaml)
  return `--web.config.file=${folder}/web.yml`
}

const TLS = 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n'

describe('check-config with a web configuration', () => {
  const check = (yaml: string, environment: Record<string, string> = GOOD) =>
    runCommand(['check-config', ...ISOLATED, flagFor(yaml)], environment)

  it.each([
    [
      TLS,
      /^HTTPS with TLSv1\.2 to TLSv1\.3; certificate until \d{4}-\d\d-\d\d; client certificates: NoClientCert; no password$/,
    ],
    [
      'tls_server_config: { cert_file: server.crt, key_file: server.key, min_version: TLS13, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans: [a, b] }\n',
      /^HTTPS with TLSv1\.3; certificate until \S+; client certificates: RequireAndVerifyClientCert for a, b; no password$/,
    ],
    [
      `${TLS}basic_auth_users: { a: "${HASH}", b: "${HASH}" }\nrate_limit: { interval: 100ms, burst: 5 }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`,
      /; passwords of 2 users; headers X-Frame-Options; one request per 100 ms with bursts of 5$/,
    ],
  ])('prints what was understood', async (yaml, description) => {
    const { code, printed, errors } = await check(yaml)
    expect([code, errors]).toEqual([0, ''])
    const [first, ...others] = printed.trimEnd().split('\n')
    expect(first).toBe('The configuration is valid.')
    expect(others.at(-1)?.replace('The web configuration is valid: ', '')).toMatch(description)
  })

  it('prints warnings', async () => {
    const { code, errors } = await check(`basic_auth_users: { a: "${HASH}" }\n`)
    expect(code).toBe(0)
    expect(errors).toMatch(
      /^wolkvox-exporter: warning: --web\.config\.file: web\.yml:1:1: basic_auth_users: without TLS/,
    )
  })

  it('prints its problems together with all others, and exits with 2', async () => {
    const { code, errors } = await check('tls_server_config: { min_version: TLS9 }\n', {})
    expect(code).toBe(2)
    expect(errors).toContain('wolkvox-exporter: WOLKVOX_SERVER: missing')
    expect(errors).toContain(
      'wolkvox-exporter: --web.config.file: web.yml:1:22: tls_server_config.min_version: must be TLS12 or TLS13\n',
    )
  })

  it('names a malformed path once', async () => {
    const { errors } = await runCommand(['check-config', ...ISOLATED, '--web.config.file=~/web.yml'], GOOD)
    expect(errors.match(/--web\.config\.file/g)).toHaveLength(1)
  })
})

describe.each(['serve', 'demo'])('%s with a web configuration', (command) => {
  it('exits with 2 if it is wrong', async () => {
    const { code, errors } = await runCommand([command, ...ISOLATED, flagFor('tls: on\n')], GOOD)
    expect([code, errors]).toEqual([
      2,
      'wolkvox-exporter: --web.config.file: web.yml:1:1: tls: is not a known key; check its spelling\n',
    ])
  })

  it('logs an https URL and serves there', async () => {
    startCommand([command, ...ISOLATED, flagFor(TLS)], GOOD)
    const url = String((await logged({ msg: 'listening' })).url)
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/metrics$/)
    const status = await new Promise((resolve, reject) => {
      get(url, { rejectUnauthorized: false, agent: false }, (response) => {
        resolve(response.statusCode)
        response.destroy()
      }).on('error', reject)
    })
    expect(status).toBe(200)
  })
})

describe('healthcheck with a web configuration', () => {
  /** Listens until the test ends. @returns the flag for its address */
  async function listen(server: ReturnType<typeof createServer | typeof createHttpServer>): Promise<string> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return `--web.listen-address=127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  const withStatus =
    (status: number): RequestListener =>
    (_request, response) =>
      void response.writeHead(status).end()

  const overTls = (status: number, options: TlsOptions = {}) =>
    listen(createServer({ ...pair, ...options }, withStatus(status)))

  const healthcheck = (address: string) => runCommand(['healthcheck', address, '--web.config.file=web.yml'])

  it('uses TLS', async () => {
    expect(await healthcheck(await overTls(200))).toEqual({ code: 0, printed: 'healthy\n', errors: '' })
  })

  it('says what may be missing if the server speaks TLS and the flag is not set', async () => {
    const { code, errors } = await runCommand(['healthcheck', await overTls(200)])
    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/ \(socket hang up\); if the exporter uses TLS, add --web\.config\.file\n$/),
    ])
  })

  it('uses plain HTTP if the server does', async () => {
    const address = await listen(createHttpServer(withStatus(200)))
    expect(await healthcheck(address)).toEqual({ code: 0, printed: 'healthy\n', errors: '' })
  })

  it.each([
    [401, 'password required'],
    [429, 'rate limit reached'],
  ])('succeeds for status %i, because the server responds', async (status, note) => {
    expect(await healthcheck(await overTls(status))).toEqual({
      code: 0,
      printed: `healthy (${note})\n`,
      errors: '',
    })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'succeeds if the server wants a client certificate, with %s',
    async (version) => {
      const address = await overTls(200, {
        requestCert: true,
        rejectUnauthorized: true,
        ca: ca.cert,
        minVersion: version,
        maxVersion: version,
      })
      expect(await healthcheck(address)).toEqual({
        code: 0,
        printed: 'healthy (client certificate required)\n',
        errors: '',
      })
    },
  )

  it('fails for another status, and names the https URL', async () => {
    const { code, errors } = await healthcheck(await overTls(503))
    expect(code).toBe(1)
    expect(errors).toMatch(
      /^wolkvox-exporter: https:\/\/127\.0\.0\.1:\d+\/-\/healthy responded with HTTP status 503\n$/,
    )
  })

  it('fails if nothing listens', async () => {
    const server = createHttpServer()
    const address = await listen(server)
    server.close()
    const { code, errors } = await healthcheck(address)
    expect(code).toBe(1)
    expect(errors).toContain('ECONNREFUSED')
  })

  it('fails if something listens that is neither', async () => {
    const server = createNetServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-x\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect((await healthcheck(`--web.listen-address=127.0.0.1:${port}`)).code).toBe(1)
  })

  it('does not count 401 as healthy without the flag', async () => {
    const address = await listen(createHttpServer(withStatus(401)))
    expect((await runCommand(['healthcheck', address])).code).toBe(1)
  })
})
