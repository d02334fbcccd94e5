import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../../src/config/operation.ts'
import { readProxyUrl } from '../../src/config/urls.ts'
import { retryDelay } from '../../src/scheduling/schedule.ts'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { anEnvelope, anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'
import { type Authority, anAuthority } from '../support/certificates.ts'
import { answerWith, listenOnLoopback, serveHttp, serveSockets } from '../support/loopback-server.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

const GOOD = anEnvelope([aRecord()])

let ca: Authority
beforeAll(async () => {
  ca = await anAuthority()
})

const startTarget = () => listenOnLoopback(createHttpsServer(ca.server, answerWith(GOOD)), 'https')

/** A proxy that records its requests and opens tunnels to where it is asked, or to one place. */
async function startProxy(scheme: 'http' | 'https' = 'http', place?: string) {
  const requests: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server: Server = scheme === 'http' ? createHttpServer() : createHttpsServer(ca.server)
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    requests.push(request)
    const { hostname, port } = new URL(place ?? `http://${request.url}`)
    const upstream = connect(Number(port), hostname.replace(/[[\]]/g, ''), () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    }
  })
  server.on('request', (request, response) => {
    requests.push(request)
    answerWith(GOOD)(request, response)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return { url: await listenOnLoopback(server, scheme), requests, sockets }
}

function through(proxyUrl: string, overrides: Partial<Operation> = {}): Operation {
  const { proxy, problem } = readProxyUrl(proxyUrl)
  if (proxy === undefined) throw new Error(problem)
  return anOperation({
    route: { proxy, source: 'WOLKVOX_PROXY_URL' },
    caCertificates: ca.authority.cert,
    baseUrl: 'https://wv0042.wolkvox.com',
    ...overrides,
  })
}

async function failureOf(operation: Operation): Promise<WolkvoxFailure> {
  try {
    await fetchAgents(operation, never)
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error
    throw error
  }
  throw new Error('the request succeeded')
}

describe('a tunnel', () => {
  it('is requested with user, password and User-Agent, but without the token', async () => {
    const proxy = await startProxy()
    const target = await startTarget()
    const url = proxy.url.replace('//', '//test-us%C3%A9r:t%40st-word@')
    expect((await fetchAgents(through(url, { baseUrl: target }), never)).status).toBe(200)
    const { method, url: path, headers } = proxy.requests[0] as IncomingMessage
    expect([method, path]).toEqual(['CONNECT', new URL(target).host])
    expect(headers).toMatchObject({
      host: new URL(target).host,
      'user-agent': expect.stringMatching(/^wolkvox-exporter\/\d+\.\d+\.\d+$/),
      'proxy-authorization': `Basic ${Buffer.from('test-usér:t@st-word').toString('base64')}`,
    })
    expect(headers).not.toHaveProperty('wolkvox-token')
  })

  it('leaves the name of wolkvox to the proxy', async () => {
    const target = await startTarget()
    const proxy = await startProxy('http', target)
    const failure = await failureOf(through(proxy.url))
    expect(proxy.requests.map(({ url }) => url)).toEqual(['wv0042.wolkvox.com:443'])
    expect(failure).toMatchObject({
      reason: 'tls',
      message: 'the certificate belongs to another host (ERR_TLS_CERT_ALTNAME_INVALID)',
    })
  })

  it('is closed with the request, also after a failed handshake', async () => {
    const proxy = await startProxy()
    const target = await startTarget()
    await fetchAgents(through(proxy.url, { baseUrl: target }), never)
    await failureOf(through(proxy.url, { baseUrl: target, caCertificates: undefined }))
    await expect.poll(() => proxy.sockets.size).toBe(0)
  })

  it('is closed when the request is aborted during the handshake', async () => {
    const tunnels: Socket[] = []
    const url = await serveSockets((socket) => {
      tunnels.push(socket)
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    })
    const abort = new AbortController()
    const call = fetchAgents(through(url, { timeoutMs: 60_000 }), abort.signal)
    // The request for the tunnel, and the beginning of the handshake.
    await expect.poll(() => tunnels[0]?.bytesRead).toBeGreaterThan(500)
    const abortedAt = performance.now()
    abort.abort(new Error('shutdown'))
    await expect(call).rejects.toThrow('shutdown')
    await expect.poll(() => tunnels[0]?.closed).toBe(true)
    expect(performance.now() - abortedAt).toBeLessThan(3000)
  })

  it('may have a proxy with TLS, whose certificate is checked', async () => {
    const proxy = await startProxy('https')
    const target = await startTarget()
    expect((await fetchAgents(through(proxy.url, { baseUrl: target }), never)).status).toBe(200)
    expect(await failureOf(through(proxy.url, { caCertificates: undefined }))).toMatchObject({
      reason: 'proxy',
      message: expect.stringMatching(
        /^TLS to the proxy 127\.0\.0\.1:\d+: the issuer of the certificate is not trusted \(\w+\); .* WOLKVOX_CA_FILE/,
      ),
      advice: { isPermanent: true },
    })
  })

  it('may have a proxy with an IPv6 address', async () => {
    const target = await startTarget()
    const proxy = createHttpServer()
    proxy.on('connect', (_request, client: Socket) => {
      const upstream = connect(Number(new URL(target).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        client.pipe(upstream).pipe(client)
      })
      upstream.on('error', () => {})
      client.on('error', () => {}).once('close', () => upstream.destroy())
    })
    await new Promise((resolve) => proxy.listen(0, '::1', () => resolve(undefined)))
    onTestFinished(() => void proxy.close())
    const { port } = proxy.address() as { port: number }
    expect((await fetchAgents(through(`http://[::1]:${port}`, { baseUrl: target }), never)).status).toBe(200)
  })
})

describe('a relayed request', () => {
  it('is sent to the proxy as a whole', async () => {
    const proxy = await startProxy()
    const url = proxy.url.replace('//', '//test-user:test-word@')
    await fetchAgents(through(url, { baseUrl: 'http://wolkvox.invalid/prefix' }), never)
    const { method, url: path, headers } = proxy.requests[0] as IncomingMessage
    expect(method).toBe('GET')
    expect(path).toBe('http://wolkvox.invalid/prefix/api/v2/real_time.php?api=agents')
    expect(headers).toMatchObject({ host: 'wolkvox.invalid', 'wolkvox-token': 'test-token' })
    expect(headers).toHaveProperty('proxy-authorization')
  })

  it('may have a proxy with TLS', async () => {
    const proxy = await startProxy('https')
    const { status } = await fetchAgents(through(proxy.url, { baseUrl: 'http://wolkvox.invalid' }), never)
    expect(status).toBe(200)
  })

  it.each([
    [403, '{"code":403,"error":"FORBIDDEN","msg":"PLEASE VALIDATE TOKEN"}', false],
    [503, ' \n{"code":503}', false],
    [404, '<html>', false],
    [401, '<html>', false],
    [403, '<html>', true],
    [407, '{"code":407}', true],
    [502, '', true],
    [504, 'Gateway Timeout', true],
  ])('with the response %d %s: is it from the proxy? %s', async (status, body, isFromProxy) => {
    const proxy = await serveHttp(answerWith(body, status))
    const call = fetchAgents(through(proxy, { baseUrl: 'http://wolkvox.invalid' }), never)
    if (isFromProxy) await expect(call).rejects.toMatchObject({ reason: 'proxy' })
    else expect(await call).toMatchObject({ status })
  })
})

describe('a refusal of the password (401) to a relayed request', () => {
  it.each([
    ['demands a password for the proxy', { 'proxy-authenticate': 'Basic realm="x"' }, true],
    ['is from tinyproxy', { server: 'tinyproxy/1.11.1', 'www-authenticate': 'Basic realm="x"' }, true],
    ['demands a password for the server', { server: 'nginx', 'www-authenticate': 'Basic realm="x"' }, false],
  ])('that %s %j: is it from the proxy? %s', async (_what, headers, isFromProxy) => {
    const proxy = await serveHttp(answerWith('<html>', 401, headers))
    const call = fetchAgents(through(proxy, { baseUrl: 'http://wolkvox.invalid' }), never)
    if (isFromProxy) await expect(call).rejects.toMatchObject({ reason: 'proxy' })
    else expect(await call).toMatchObject({ status: 401 })
  })
})

describe('a relayed request without a response', () => {
  it.each([
    ['an end', (socket: Socket) => void socket.end()],
    ['a reset', (socket: Socket) => void socket.resetAndDestroy()],
  ])('after %s names the proxy, and is retried', async (_what, finish) => {
    const url = await serveSockets((socket) => socket.once('data', () => finish(socket)))
    const failure = await failureOf(through(url, { baseUrl: 'http://wolkvox.invalid' }))
    expect(failure).toMatchObject({
      reason: 'proxy',
      message: `the proxy ${new URL(url).host} closed the connection without a response; check WOLKVOX_PROXY_URL`,
      advice: { isPermanent: false },
    })
  })
})

describe('the failure of a proxy', () => {
  const respond = (head: string) =>
    serveSockets((socket) => socket.once('data', () => socket.end(`HTTP/1.1 ${head}\r\n\r\n`)))

  const isRetried = ({ reason, message, advice }: WolkvoxFailure) =>
    retryDelay({ reason, message, ...advice }, 0, 300_000, 0, 0.5) !== undefined

  it.each<[string, () => Promise<string>, string, boolean]>([
    [
      'a demand for NTLM',
      () => respond('407 X\r\nProxy-Authenticate: NTLM'),
      'the proxy PROXY requires NTLM authentication (407), but the exporter supports only Basic; ask its administrator to exempt this machine',
      false,
    ],
    [
      'a demand for NTLM or Basic',
      () => respond('407 X\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Basic realm="x"'),
      'the proxy PROXY requires authentication (407); add user and password to WOLKVOX_PROXY_URL',
      false,
    ],
    [
      'another status',
      () => respond('405 X'),
      'the proxy PROXY refused to connect to wv0042.wolkvox.com:443 (405); check WOLKVOX_PROXY_URL and the rules of the proxy',
      false,
    ],
    [
      'a redirect',
      () => respond('302 X\r\nLocation: http://login.example'),
      'the proxy PROXY refused to connect to wv0042.wolkvox.com:443 (302); check WOLKVOX_PROXY_URL and the rules of the proxy',
      false,
    ],
    ...[502, 503, 504].map((status): [string, () => Promise<string>, string, boolean] => [
      `an unreachable wolkvox (${status})`,
      () => respond(`${status} X`),
      `the proxy PROXY cannot reach wolkvox at wv0042.wolkvox.com:443 (${status}); check the base URL and the network behind the proxy`,
      true,
    ]),
    [
      'an end without a response',
      () => serveSockets((socket) => socket.once('data', () => socket.end())),
      'the proxy PROXY closed the connection without a response; check WOLKVOX_PROXY_URL',
      true,
    ],
    [
      'a switch to another protocol',
      () => respond('101 X\r\nConnection: upgrade\r\nUpgrade: x'),
      'the proxy PROXY does not respond like an HTTP proxy; check WOLKVOX_PROXY_URL',
      false,
    ],
    [
      'a request to continue',
      () => respond('100 Continue'),
      'the proxy PROXY does not respond like an HTTP proxy; check WOLKVOX_PROXY_URL',
      false,
    ],
    [
      'an interim response',
      () => respond('103 Early Hints\r\n\r\nHTTP/1.1 200 OK'),
      'the proxy PROXY sent an interim response (103), which the exporter does not support; check WOLKVOX_PROXY_URL and the settings of the proxy',
      true,
    ],
    [
      'another protocol',
      () => serveSockets((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
      'the proxy PROXY does not respond like an HTTP proxy; check WOLKVOX_PROXY_URL',
      false,
    ],
    [
      'silence',
      () => serveSockets(() => {}),
      'the proxy PROXY did not open a connection to wv0042.wolkvox.com:443 in time; check the network behind the proxy',
      true,
    ],
  ])('by %s has its message, and is retried if that can help', async (_what, start, message, retried) => {
    const url = await start()
    const failure = await failureOf(through(url, { timeoutMs: 6000 }))
    expect(failure).toMatchObject({ reason: 'proxy', message: message.replace('PROXY', new URL(url).host) })
    expect(isRetried(failure)).toBe(retried)
  })

  it('says how long to wait, if the proxy does', async () => {
    const failure = await failureOf(through(await respond('503 X\r\nRetry-After: 30')))
    expect(failure.advice).toEqual({ retryAfterMs: 30_000, isPermanent: false })
  })

  it('quotes nothing that a proxy sends', async () => {
    const url = await respond('403 test-word\r\nX: test-word')
    const failure = await failureOf(through(url.replace('//', '//u:test-word@')))
    expect(failure.message + String(failure.cause)).not.toContain('test-word')
  })
})
