import { writeFileSync } from 'node:fs'
import { request as requestOverHttp } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { pino } from 'pino'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { AppParts } from '../../../src/server/app.ts'
import { loadWebConfig, readWebConfig } from '../../../src/server/web-config/load.ts'
import { createWebAccess } from '../../../src/server/web-config/web-access.ts'
import { aCa, aCertificate, type KeyPair, writePair } from '../../support/certificates.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { HASH } from '../../support/passwords.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { makeApp } from '../make-app.ts'

vi.mock('../../../src/server/web-config/load.ts', { spy: true })

const POLL_MS = 10
const HOUR_MS = 3_600_000

let pairs: Record<'server' | 'ca' | 'trusted' | 'untrusted' | 'expired' | 'named', KeyPair>
beforeAll(async () => {
  const ca = await aCa()
  pairs = {
    ca,
    server: await aCertificate({ ca }),
    trusted: await aCertificate({ ca, name: 'trusted' }),
    untrusted: await aCertificate({ ca: await aCa('Other CA') }),
    expired: await aCertificate({ ca, daysLeft: -1 }),
    named: await aCertificate({
      ca,
      altNames: [
        { type: 2, value: 'scraper.example.com' },
        { type: 1, value: 'scraper@example.com' },
        { type: 6, value: 'spiffe://example.com/scraper' },
        { type: 7, ip: '2001:db8::1' },
      ],
    }),
  }
})

const TLS = 'cert_file: server.crt, key_file: server.key'

/** Serves with this web configuration. */
async function serve(yaml: string, parts: Partial<AppParts> = {}) {
  const folder = temporaryFolder()
  writePair(folder, 'server', pairs.server)
  writeFileSync(join(folder, 'ca.crt'), pairs.ca.cert)
  const path = join(folder, 'web.yml')
  writeFileSync(path, yaml)
  const logged: { msg: string; level: number; problems?: string[] }[] = []
  const log = pino({}, { write: (line) => void logged.push(JSON.parse(line)) })
  const reloads: boolean[] = []
  const onReload = (isSuccessful: boolean) => void reloads.push(isSuccessful)
  const webAccess = createWebAccess(await readWebConfig(path), log, onReload, POLL_MS)
  const reload = async () => (await webAccess.prepareReload()).problems
  const { app } = makeApp({ webAccess, log, reload, ...parts })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
    await webAccess.close()
  })
  const { port } = app.server.address() as { port: number }
  const rewrite = (text: string) => writeFileSync(path, text)
  const reloaded = (times: number) =>
    vi.waitFor(() =>
      expect(logged.filter(({ msg }) => msg === 'web configuration reloaded')).toHaveLength(times),
    )
  return { port, folder, rewrite, logged, reloaded, reloads, webAccess }
}

/** One request. @returns status, headers and text; rejects if the connection is refused */
function get(port: number, options: RequestOptions = {}, send: typeof request = request) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      send(
        { port, host: '127.0.0.1', path: '/metrics', agent: false, rejectUnauthorized: false, ...options },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part) => {
            text += part
          })
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          )
          response.on('error', reject)
        },
      )
        .on('error', reject)
        .end()
    },
  )
}

const statusOf = async (port: number, options?: RequestOptions) => (await get(port, options)).status

const isServed = (port: number, options?: RequestOptions) =>
  get(port, options).then(
    () => true,
    () => false,
  )

const USERS = `basic_auth_users: { alice: "${HASH}" }\n`
const RIGHT = { auth: 'alice:test-password' }

describe('a server with users', () => {
  it.each(['/metrics', '/metrics?operation=a', '/', '/sd', '/-/healthy', '/-/ready', '/nowhere'])(
    'asks for a password at %s',
    async (path) => {
      const { port } = await serve(`tls_server_config: { ${TLS} }\n${USERS}`)
      const { status, headers, text } = await get(port, { path })
      expect([status, text]).toEqual([401, 'Unauthorized\n'])
      expect(headers['www-authenticate']).toBe('Basic realm="wolkvox-exporter", charset="UTF-8"')
      expect(await statusOf(port, { path, auth: 'alice:wrong' })).toBe(401)
      expect(await statusOf(port, { path, ...RIGHT })).toBe(path === '/nowhere' ? 404 : 200)
    },
  )

  it('also works without TLS', async () => {
    const { port } = await serve(USERS)
    const send = requestOverHttp as typeof request
    expect((await get(port, {}, send)).status).toBe(401)
    expect((await get(port, RIGHT, send)).status).toBe(200)
  })

  it('refuses a client that sends passwords faster than they are verified, a second late', async () => {
    const { port } = await serve(USERS)
    const from = performance.now()
    const responses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const response = await get(port, { auth: `alice:${index}` }, requestOverHttp as typeof request)
        return { ...response, ms: performance.now() - from }
      }),
    )
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401, 429]))
    for (const { ms, headers } of responses.filter(({ status }) => status === 429)) {
      expect(ms).toBeGreaterThan(950)
      expect(headers['retry-after']).toBe('5')
    }
  })

  it('follows the file: a new user is let in, a removed one is not', async () => {
    const { port, rewrite, reloaded } = await serve(USERS)
    const send = requestOverHttp as typeof request
    expect((await get(port, RIGHT, send)).status).toBe(200)
    rewrite(USERS.replace('alice', 'bob'))
    await reloaded(1)
    expect((await get(port, RIGHT, send)).status).toBe(401)
    expect((await get(port, { auth: 'bob:test-password' }, send)).status).toBe(200)
  })
})

describe('headers', () => {
  it('are in every response', async () => {
    const { port } = await serve(
      `tls_server_config: { ${TLS} }\n${USERS}http_server_config: { headers: { X-Frame-Options: deny, Strict-Transport-Security: max-age=1 } }\n`,
    )
    for (const options of [{}, RIGHT, { ...RIGHT, path: '/nowhere' }, { ...RIGHT, path: '/' }]) {
      expect((await get(port, options)).headers).toMatchObject({
        'x-frame-options': 'deny',
        'strict-transport-security': 'max-age=1',
      })
    }
  })
})

describe('the rate limit', () => {
  it('refuses with 429 and Retry-After, before any password', async () => {
    const { port } = await serve(
      `tls_server_config: { ${TLS} }\n${USERS}rate_limit: { interval: 1h, burst: 2 }\n`,
    )
    expect(await statusOf(port, RIGHT)).toBe(200)
    expect(await statusOf(port, { auth: 'alice:wrong' })).toBe(401)
    const { status, headers } = await get(port, RIGHT)
    expect([status, headers['retry-after']]).toEqual([429, '3600'])
  })
})

describe('client certificates', () => {
  const policies = {
    NoClientCert: { none: true, trusted: true, untrusted: true, expired: true },
    RequestClientCert: { none: true, trusted: true, untrusted: true, expired: true },
    RequireAnyClientCert: { none: false, trusted: true, untrusted: true, expired: true },
    VerifyClientCertIfGiven: { none: true, trusted: true, untrusted: false, expired: false },
    RequireAndVerifyClientCert: { none: false, trusted: true, untrusted: false, expired: false },
  }
  const versions = ['TLS12', 'TLS13']
  const rows = Object.entries(policies).flatMap(([policy, served]) =>
    versions.map((version) => ({ policy, version, served })),
  )

  it.each(rows)('with $policy and $version', async ({ policy, version, served }) => {
    const ca = policy.includes('Verify') ? ', client_ca_file: ca.crt' : ''
    const { port } = await serve(
      `tls_server_config: { ${TLS}, client_auth_type: ${policy}${ca}, min_version: ${version}, max_version: ${version} }\n`,
    )
    expect({
      none: await isServed(port),
      trusted: await isServed(port, pairs.trusted),
      untrusted: await isServed(port, pairs.untrusted),
      expired: await isServed(port, pairs.expired),
    }).toEqual(served)
  })

  it.each([
    ['scraper.example.com', true],
    ['scraper@example.com', true],
    ['spiffe://example.com/scraper', true],
    ['2001:DB8:0::1', true],
    ['example.com', false],
    ['trusted', false],
  ])('with the allowed name %s', async (name, isAllowed) => {
    const { port } = await serve(
      `tls_server_config: { ${TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans: ["${name}"] }\n`,
    )
    expect(await isServed(port, pairs.named)).toBe(isAllowed)
    expect(await isServed(port, pairs.trusted)).toBe(false)
  })

  it('are asked for as soon as the file says so', async () => {
    const { port, rewrite, reloaded } = await serve(`tls_server_config: { ${TLS} }\n`)
    const agent = new Agent({ keepAlive: true })
    expect((await get(port, { agent })).headers.connection).toBe('keep-alive')
    rewrite(
      `tls_server_config: { ${TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt }\n`,
    )
    await reloaded(1)
    // The open connection ends with its next response, without a failed request.
    expect(await get(port, { agent })).toMatchObject({ status: 200, headers: { connection: 'close' } })
    expect(await isServed(port, { agent })).toBe(false)
    expect(await isServed(port, pairs.trusted)).toBe(true)
  })

  it('are verified again on each connection: a session cannot be resumed', async () => {
    const { port } = await serve(
      `tls_server_config: { ${TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt }\n`,
    )
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const sessions: Buffer[] = []
      const connectWith = (session?: Buffer) =>
        new Promise<boolean>((resolve, reject) => {
          let isReused = false
          const socket = connect(
            {
              port,
              host: '127.0.0.1',
              rejectUnauthorized: false,
              maxVersion,
              ...pairs.trusted,
              ...(session && { session }),
            },
            () => {
              isReused = socket.isSessionReused()
              socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
            },
          )
          socket.on('session', (each) => sessions.push(each)).on('error', reject)
          socket.resume().on('close', () => resolve(isReused))
        })
      expect(await connectWith()).toBe(false)
      expect(await connectWith(sessions[0])).toBe(false)
    }
  })
})

describe('the certificate of a running server', () => {
  it('is watched until it expires, also after a reload', async () => {
    const intervals = vi.spyOn(globalThis, 'setInterval')
    onTestFinished(() => intervals.mockRestore())
    const { folder, logged, reloaded } = await serve(`tls_server_config: { ${TLS} }\n`)
    const look = intervals.mock.calls.find(([, ms]) => ms === HOUR_MS)?.[0] as () => void
    const clock = vi.spyOn(Date, 'now')
    onTestFinished(() => clock.mockRestore())
    writePair(folder, 'server', await aCertificate({ daysLeft: 60 }))
    await reloaded(1)
    const start = Date.now()
    const messagesAfter = (days: number) => {
      clock.mockReturnValue(start + days * 24 * HOUR_MS)
      look()
      return logged.map(({ msg }) => msg).filter((msg) => msg.startsWith('certificate'))
    }
    expect(messagesAfter(40)).toEqual([])
    expect(messagesAfter(50)).toEqual(['certificate expires soon'])
    expect(messagesAfter(61)).toEqual(['certificate expires soon', 'certificate expired'])
  })
})

describe('a reload', () => {
  it('shows the new certificate to new connections, and keeps connections that it does not concern', async () => {
    const { port, folder, rewrite, reloaded } = await serve(`tls_server_config: { ${TLS} }\n`)
    const agent = new Agent({ keepAlive: true })
    await get(port, { agent })
    rewrite(`tls_server_config: { ${TLS} }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`)
    await reloaded(1)
    expect((await get(port, { agent })).headers).toMatchObject({
      connection: 'keep-alive',
      'x-frame-options': 'deny',
    })
    const next = await aCertificate({ ca: pairs.ca, name: 'next' })
    writePair(folder, 'server', next)
    await reloaded(2)
    expect((await get(port, { agent })).headers.connection).toBe('close')
    const subject = await new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN)
        socket.destroy()
      })
    })
    expect(subject).toBe('next')
  })

  it('keeps the running configuration if the file is broken, and warns once', async () => {
    const { port, rewrite, logged, reloaded } = await serve(`tls_server_config: { ${TLS} }\n`)
    rewrite('tls_server_config: {\n')
    await vi.waitFor(() => expect(logged).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 10 * POLL_MS))
    expect(logged).toEqual([
      expect.objectContaining({
        level: 40,
        msg: 'web configuration not reloaded',
        problems: ['web.yml:2:1: the indentation, or a bracket before this line, is wrong'],
      }),
    ])
    expect(await statusOf(port)).toBe(200)
    rewrite(`tls_server_config: { ${TLS} }\n${USERS}`)
    await reloaded(1)
    expect(await statusOf(port)).toBe(401)
  })

  it('waits for a second look at a broken file: certificate and key may be replaced one after the other', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const path = join(temporaryFolder(), 'web.yml')
    writeFileSync(path, USERS)
    const logged: string[] = []
    const log = pino({}, { write: (line) => void logged.push(line) })
    const webAccess = createWebAccess(await readWebConfig(path), log, () => {}, HOUR_MS)
    writeFileSync(path, 'a: 1\n')
    vi.mocked(loadWebConfig).mockClear()
    // The poll that sees the change, and the one that sees it complete.
    vi.advanceTimersByTime(HOUR_MS)
    await new Promise((resolve) => setTimeout(resolve, 10 * POLL_MS))
    expect(loadWebConfig).not.toHaveBeenCalled()
    vi.advanceTimersByTime(HOUR_MS)
    await vi.waitFor(() => expect(loadWebConfig).toHaveResolved())
    await webAccess.close()
    expect(loadWebConfig).toHaveBeenCalledOnce()
    expect(logged).toEqual([])
  })

  it('says that a repaired file is in use, also if it is as before', async () => {
    const yaml = `tls_server_config: { ${TLS} }\n`
    const { rewrite, logged, reloaded, reloads } = await serve(yaml)
    rewrite('a: 1\n')
    await vi.waitFor(() => expect(logged).toHaveLength(1))
    rewrite(yaml)
    await reloaded(1)
    expect(reloads).toEqual([false, true])
    expect(logged.at(-1)).toMatchObject({ level: 30, warnings: [], failures: expect.any(Number) })
  })

  it('does not turn passwords off: an editor may just be writing the file', async () => {
    const { port, rewrite, logged } = await serve(`tls_server_config: { ${TLS} }\n${USERS}`)
    rewrite(`tls_server_config: { ${TLS} }\n`)
    await vi.waitFor(() =>
      expect(logged[0]?.problems).toEqual([
        'passwords cannot be turned off while the exporter runs; restart it',
      ]),
    )
    expect(await statusOf(port)).toBe(401)
  })

  it('reads a broken file twice, and then only after a change: parsing takes time', async () => {
    const { rewrite, logged } = await serve(USERS)
    vi.mocked(loadWebConfig).mockClear()
    rewrite('a: 1\n')
    await vi.waitFor(() => expect(logged).toHaveLength(1))
    const looks = vi.mocked(loadWebConfig).mock.calls.length
    await new Promise((resolve) => setTimeout(resolve, 10 * POLL_MS))
    expect(loadWebConfig).toHaveBeenCalledTimes(looks)
  })

  it('survives an unexpected error', async () => {
    const yaml = `tls_server_config: { ${TLS} }\n${USERS}`
    const { port, rewrite, logged, reloaded } = await serve(yaml)
    vi.mocked(loadWebConfig)
      .mockRejectedValueOnce(new RangeError('unexpected'))
      .mockRejectedValueOnce(new RangeError('unexpected'))
    rewrite(`${yaml}\n`)
    await vi.waitFor(() => expect(logged[0]?.problems).toEqual(['cannot be checked: unexpected']))
    expect(await statusOf(port)).toBe(401)
    rewrite(`${yaml}\n\n`)
    await reloaded(1)
  })

  it('cannot turn TLS off', async () => {
    const { port, rewrite, logged } = await serve(`tls_server_config: { ${TLS} }\n`)
    rewrite(USERS)
    await vi.waitFor(() =>
      expect(logged[0]?.problems).toEqual([
        'TLS cannot be turned on or off while the exporter runs; restart it',
      ]),
    )
    expect(await statusOf(port)).toBe(200)
  })
})

it('tells Prometheus to scrape with https what it discovers with https', async () => {
  const operations = () => [{ name: 'ventas', server: '0042' }]
  const { port } = await serve(`tls_server_config: { ${TLS} }\n`, { operations })
  const [group] = JSON.parse((await get(port, { path: '/sd' })).text)
  expect(group).toMatchObject({ targets: [`127.0.0.1:${port}`], labels: { __scheme__: 'https' } })
})

describe('a reload on request', () => {
  it('needs a password like everything else', async () => {
    const { port } = await serve(`tls_server_config: { ${TLS} }\n${USERS}`)
    const post = { method: 'POST', path: '/-/reload' }
    expect(await statusOf(port, post)).toBe(401)
    expect(await statusOf(port, { ...post, ...RIGHT })).toBe(200)
  })

  // The watcher may be faster, but it looks twice at a broken file.
  it('finds what is wrong without a change, and changes nothing before it is applied', async () => {
    const { port, rewrite, webAccess, reloads } = await serve(`tls_server_config: { ${TLS} }\n${USERS}`)
    rewrite('a: 1\n')
    const broken = await webAccess.prepareReload()
    expect(broken.problems).toEqual([expect.stringMatching(/^--web\.config\.file: .*a.*known key/)])
    broken.apply()
    expect(await statusOf(port, RIGHT)).toBe(200)
    expect(reloads).not.toContain(true)
  })

  it('applies what it has read, at once', async () => {
    const { port, rewrite, webAccess } = await serve(`tls_server_config: { ${TLS} }\n${USERS}`)
    rewrite(`tls_server_config: { ${TLS} }\nbasic_auth_users: { bob: "${HASH}" }\n`)
    const { problems, apply } = await webAccess.prepareReload()
    expect(problems).toEqual([])
    apply()
    expect([await statusOf(port, RIGHT), await statusOf(port, { auth: 'bob:test-password' })]).toEqual([
      401, 200,
    ])
  })

  it('is not undone: what changed after it was read is read again', async () => {
    const other = (name: string) =>
      `tls_server_config: { ${TLS} }\nbasic_auth_users: { ${name}: "${HASH}" }\n`
    const { port, rewrite, webAccess } = await serve(other('alice'))
    rewrite(other('bob'))
    const { apply } = await webAccess.prepareReload()
    rewrite(other('carol'))
    const admitsCarol = () =>
      vi.waitFor(async () => expect(await statusOf(port, { auth: 'carol:test-password' })).toBe(200), {
        timeout: 15_000,
      })
    await admitsCarol()
    apply()
    await admitsCarol()
  })
})

it('closes a connection that does not speak TLS, without a response in plain text', async () => {
  const { port } = await serve(`tls_server_config: { ${TLS} }\n`)
  const send = requestOverHttp as typeof request
  await expect(get(port, {}, send)).rejects.toThrow(/socket hang up|ECONNRESET/)
})
