import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../../../src/config/operation.ts'
import { readProxyUrl } from '../../../src/config/urls.ts'
import { WolkvoxFailure } from '../../../src/wolkvox/failure.ts'
import { anEnvelope, anOperation, aRecord, never } from '../../../tools/fixtures.ts'
import { freePort } from '../../../tools/free-port.ts'
import { fetchAgents } from '../../support/agents.ts'
import { type Authority, anAuthority } from '../../support/certificates.ts'
import { answerWith, listenOnLoopback } from '../../support/loopback-server.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { credentialsFor, type ProxyOptions, startSquid, startTinyproxy } from './proxies.ts'

const GOOD = anEnvelope([aRecord()])

let ca: Authority
beforeAll(async () => {
  ca = await anAuthority()
})

/** A wolkvox on loopback that records its requests. */
async function startTarget(scheme: 'http' | 'https') {
  const requests: IncomingMessage['headers'][] = []
  const handle: Parameters<typeof createServer>[1] = (request, response) => {
    requests.push(request.headers)
    answerWith(GOOD)(request, response)
  }
  const server = scheme === 'http' ? createServer(handle) : createTlsServer(ca.server, handle)
  return { url: await listenOnLoopback(server, scheme), requests }
}

/** An operation whose calls go through a proxy. */
function operationThrough(proxyUrl: string, overrides: Partial<Operation>): Operation {
  const { proxy, problem } = readProxyUrl(proxyUrl)
  if (proxy === undefined) throw new Error(problem)
  return anOperation({
    route: { proxy, source: 'HTTPS_PROXY' },
    caCertificates: ca.authority.cert,
    timeoutMs: 20_000,
    ...overrides,
  })
}

async function failureThrough(proxyUrl: string, overrides: Partial<Operation>): Promise<WolkvoxFailure> {
  try {
    await fetchAgents(operationThrough(proxyUrl, overrides), never)
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error
    throw error
  }
  throw new Error('the request succeeded')
}

const proxies: readonly (readonly ['tinyproxy' | 'squid', (options?: ProxyOptions) => Promise<string>])[] = [
  ['tinyproxy', startTinyproxy],
  ['squid', startSquid],
]

describe.each(proxies)('through %s', (program, start) => {
  describe.skipIf(!haveTools(program))('installed', () => {
    it.each(['http', 'https'] as const)('an %s: target is reached without authentication', async (scheme) => {
      const target = await startTarget(scheme)
      const proxy = await start()
      const { status, body } = await fetchAgents(operationThrough(proxy, { baseUrl: target.url }), never)
      expect([status, Buffer.from(body).toString()]).toEqual([200, GOOD])
      expect(target.requests).toMatchObject([
        { 'wolkvox-token': 'test-token', 'user-agent': expect.stringMatching(/^wolkvox-exporter\/\d/) },
      ])
    })

    it.each(['http', 'https'] as const)(
      'an %s: target is reached with a user and a password',
      async (scheme) => {
        const target = await startTarget(scheme)
        const proxy = await start({ needsPassword: true })
        const operation = operationThrough(`http://${credentialsFor(program)}@${proxy}`, {
          baseUrl: target.url,
        })
        expect((await fetchAgents(operation, never)).status).toBe(200)
        expect(target.requests).toHaveLength(1)
        expect(target.requests[0]).not.toHaveProperty('proxy-authorization')
      },
    )

    it.each(['http', 'https'] as const)('a wrong password is refused for %s:', async (scheme) => {
      const target = await startTarget(scheme)
      const proxy = await start({ needsPassword: true })
      const failure = await failureThrough(`http://test-user:wrong@${proxy}`, { baseUrl: target.url })
      expect(failure).toMatchObject({ reason: 'proxy', advice: { isPermanent: true } })
      const status = program === 'squid' ? 407 : 401
      expect(failure.message).toBe(
        `the proxy ${proxy} did not accept the user and the password (${status}); correct them in HTTPS_PROXY`,
      )
      expect(target.requests).toEqual([])
    })

    it('a missing password is required', async () => {
      const proxy = await start({ needsPassword: true })
      const failure = await failureThrough(proxy, { baseUrl: 'https://127.0.0.1:1' })
      expect(failure).toMatchObject({
        reason: 'proxy',
        message: `the proxy ${proxy} requires authentication (407); add user and password to HTTPS_PROXY`,
        advice: { isPermanent: true },
      })
    })

    it('a refused host is named', async () => {
      const proxy = await start({ refuses: true })
      const failure = await failureThrough(proxy, { baseUrl: 'https://127.0.0.1:8443' })
      expect(failure).toMatchObject({
        reason: 'proxy',
        message: `the proxy ${proxy} does not allow connections to 127.0.0.1:8443 (403); ask its administrator to allow them`,
        advice: { isPermanent: true },
      })
    })

    it('an unreachable wolkvox behind the proxy has another message than an unreachable proxy', async () => {
      const proxy = await start()
      const port = await freePort()
      const status = program === 'squid' ? 503 : 500
      const failure = await failureThrough(proxy, { baseUrl: `https://127.0.0.1:${port}` })
      expect(failure).toMatchObject({
        reason: 'proxy',
        message: `the proxy ${proxy} cannot reach wolkvox at 127.0.0.1:${port} (${status}); check the base URL and the network behind the proxy`,
        advice: { isPermanent: false },
      })
      const relayed = await failureThrough(proxy, { baseUrl: `http://127.0.0.1:${port}` })
      expect(relayed).toMatchObject({
        reason: 'proxy',
        message: `the proxy ${proxy}, or the server behind it at 127.0.0.1:${port}, has failed (${status}); check the base URL and the network behind the proxy`,
      })
    })
  })
})

describe.skipIf(!haveTools('tinyproxy'))('NO_PROXY', () => {
  /** Starts the exporter with a proxy that refuses every connection. */
  async function startWith(noProxy: string) {
    const proxy = await startTinyproxy({ refuses: true })
    const target = await startTarget('https')
    const authorities = join(temporaryFolder(), 'ca.pem')
    writeFileSync(authorities, ca.authority.cert)
    const exporter = startProcess(['serve', '--web.listen-address=127.0.0.1:0', '--storage.path='], {
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token-1',
      WOLKVOX_BASE_URL: target.url,
      WOLKVOX_CA_FILE: authorities,
      HTTPS_PROXY: `http://${proxy}`,
      NO_PROXY: noProxy,
    })
    return { exporter, proxy }
  }

  it('makes the exporter call wolkvox directly', async () => {
    const { exporter } = await startWith('wolkvox.com, 127.0.0.0/8')
    expect(await exporter.logged({ msg: 'refreshed' })).toMatchObject({ records: 1 })
    expect(await exporter.logged({ msg: 'not using proxy' })).toMatchObject({ proxy: 'none (NO_PROXY)' })
  })

  it('without the target makes no difference', async () => {
    const { exporter, proxy } = await startWith('wolkvox.com, 10.0.0.0/8')
    expect(await exporter.logged({ msg: 'refresh failed' })).toMatchObject({ reason: 'proxy' })
    expect(await exporter.logged({ msg: 'using proxy' })).toMatchObject({
      proxy: `http://${proxy} (HTTPS_PROXY)`,
    })
  })
})

describe('a proxy that cannot be reached', () => {
  it('refuses the connection', async () => {
    const proxy = `127.0.0.1:${await freePort()}`
    for (const baseUrl of ['https://wolkvox.invalid', 'http://wolkvox.invalid']) {
      expect(await failureThrough(proxy, { baseUrl })).toMatchObject({
        reason: 'proxy',
        message: `the proxy ${proxy} refused the connection (ECONNREFUSED); check that the proxy runs and that HTTPS_PROXY is correct`,
        advice: { isPermanent: false },
      })
    }
  })

  it('has a name that is not found', async () => {
    const { reason, message } = await failureThrough('http://proxy.invalid:3128', {
      baseUrl: 'https://a.example',
    })
    expect(reason).toBe('proxy')
    expect(message).toMatch(
      /^the name of the proxy proxy.invalid:3128 was not found \((ENOTFOUND|EAI_AGAIN)\); check HTTPS_PROXY and the DNS$/,
    )
  })
})
