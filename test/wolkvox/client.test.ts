import { createServer as createTlsServer } from 'node:https'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { type FailureReason, WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { anEnvelope, anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'
import { aCertificate } from '../support/certificates.ts'
import { answerWith, listenOnLoopback, serveHttp, serveSockets } from '../support/loopback-server.ts'

const GOOD = anEnvelope([aRecord()])

async function failureOf(call: Promise<unknown>): Promise<WolkvoxFailure> {
  try {
    await call
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error
    throw error
  }
  throw new Error('the request succeeded')
}

function failureAt(
  baseUrl: string,
  overrides: Parameters<typeof anOperation>[0] = {},
): Promise<WolkvoxFailure> {
  return failureOf(fetchAgents(anOperation({ baseUrl, ...overrides }), never))
}

describe('the request', () => {
  it('is sent once for any response', async () => {
    let requests = 0
    const url = await serveHttp((request, response) => {
      requests += 1
      answerWith('', 503)(request, response)
    })
    expect((await fetchAgents(anOperation({ baseUrl: url }), never)).status).toBe(503)
    expect(requests).toBe(1)
  })
})

describe('a good response', () => {
  it('may be gzipped', async () => {
    const url = await serveHttp(answerWith(gzipSync(GOOD), 200, { 'content-encoding': 'gzip' }))
    const { body } = await fetchAgents(anOperation({ baseUrl: url }), never)
    expect(Buffer.from(body).toString()).toBe(GOOD)
  })

  it.each<[string, string | Buffer, string]>([
    ['gzipped, named in capitals', gzipSync(GOOD), 'GZIP'],
    ['gzipped, by its old name', gzipSync(GOOD), 'x-gzip'],
    [
      'gzipped in two members',
      Buffer.concat([gzipSync(GOOD.slice(0, 50)), gzipSync(GOOD.slice(50))]),
      'gzip',
    ],
    ['gzipped twice', gzipSync(gzipSync(GOOD)), 'gzip, gzip'],
    ['gzipped twice, but declared once', gzipSync(gzipSync(GOOD)), 'gzip'],
    ['gzipped, but not declared', gzipSync(GOOD), ''],
    ['with a charset as its encoding', GOOD, 'UTF-8'],
    ['with identity as its encoding', GOOD, 'identity'],
    ['with none as its encoding', GOOD, 'none'],
  ])('may be %s', async (_how, sent, encoding) => {
    const url = await serveHttp(answerWith(sent, 200, { 'content-encoding': encoding }))
    const { body } = await fetchAgents(anOperation({ baseUrl: url }), never)
    expect(Buffer.from(body).toString()).toBe(GOOD)
  })

  it('may be in several chunks', async () => {
    const url = await serveHttp((_request, response) => {
      response.write(GOOD.slice(0, 40))
      setTimeout(() => response.end(GOOD.slice(40)), 20)
    })
    const { body } = await fetchAgents(anOperation({ baseUrl: url }), never)
    expect(Buffer.from(body).toString()).toBe(GOOD)
  })

  it('contains the headers that are needed to read it', async () => {
    const headers = { 'content-type': 'application/json; charset=ISO-8859-1', 'retry-after': '30' }
    const url = await serveHttp(answerWith(GOOD, 503, headers))
    expect(await fetchAgents(anOperation({ baseUrl: url }), never)).toMatchObject({
      contentType: 'application/json; charset=ISO-8859-1',
      retryAfter: '30',
    })
  })

  it('contains the time at which it began', async () => {
    const url = await serveHttp(answerWith(GOOD))
    const before = Date.now()
    const { fetchedAt } = await fetchAgents(anOperation({ baseUrl: url }), never)
    expect(fetchedAt).toBeGreaterThanOrEqual(before)
    expect(fetchedAt).toBeLessThanOrEqual(Date.now())
  })
})

describe('connect', () => {
  it('is a refused connection', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const failure = await failureAt(`http://127.0.0.1:${port}`)
    expect(failure).toMatchObject({ reason: 'connect', cause: { code: 'ECONNREFUSED' } })
  })

  it('is an unknown host name', async () => {
    expect(await failureAt('http://wolkvox.invalid')).toMatchObject({ reason: 'connect' })
  })

  it.each([
    ['before the response', ''],
    ['within the headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['within the body', `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${GOOD.slice(0, 50)}`],
    ['within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{"code"'],
  ])('is a reset %s', async (_where, sent) => {
    const url = await serveSockets((socket) => {
      socket.once('data', () => socket.write(sent, () => socket.resetAndDestroy()))
    })
    expect((await failureAt(url)).reason).toBe('connect')
  })

  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n'
  const cutOff = 'the response was cut off or damaged in transit'
  const reset = 'connection failed during the response (UND_ERR_SOCKET)'
  const tooShort = 'the response was cut off: it is shorter than its Content-Length'

  it.each([
    ['an end within a chunk', `${chunked}\r\n1000\r\n{"code"`, reset],
    ['an end within the last chunk', `${chunked}Connection: close\r\n\r\n1000\r\n{"code"`, cutOff],
    ['an end between two chunks', `${chunked}Connection: close\r\n\r\n7\r\n{"code"\r\n`, cutOff],
    ['a chunk without a size', `${chunked}\r\n7\r\n{"code"\r\nxyz\r\n`, cutOff],
    ['a chunk longer than its size', `${chunked}\r\n3\r\n{"code"\r\n0\r\n\r\n`, cutOff],
    ['an end before the promised length', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"code"', reset],
    [
      'an end before the promised length, announced',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{"code"',
      tooShort,
    ],
    [
      'an end before the promised length, by HTTP/1.0',
      'HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n{"code"',
      tooShort,
    ],
    [
      'two lengths that differ',
      'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 8\r\n\r\n{"code"',
      'the response has contradictory lengths',
    ],
    [
      'an end within the headers',
      'HTTP/1.1 200 OK\r\nContent-',
      'connection failed before the response (UND_ERR_SOCKET)',
    ],
  ])('is %s, with a matching message', async (_what, sent, message) => {
    const url = await serveSockets((socket) => {
      socket.once('data', () => socket.write(sent, () => setTimeout(() => socket.end(), 20)))
    })
    expect(await failureAt(url)).toMatchObject({ reason: 'connect', message })
  })
})

describe('tls', () => {
  it('is a certificate without a trusted issuer', async () => {
    const url = await listenOnLoopback(createTlsServer(await aCertificate(), answerWith(GOOD)), 'https')
    expect(await failureAt(url)).toMatchObject({
      reason: 'tls',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
  })

  it('is a server without TLS', async () => {
    const url = await serveHttp(answerWith(GOOD))
    expect((await failureAt(url.replace('http:', 'https:'))).reason).toBe('tls')
  })
})

describe('timeout', () => {
  const timeoutMs = 1000

  it('is a response whose headers never come', async () => {
    const url = await serveSockets(() => {})
    expect((await failureAt(url, { timeoutMs })).reason).toBe('timeout')
  })

  it('is a body that stalls', async () => {
    const url = await serveHttp((_request, response) => response.write('{"code"'))
    expect((await failureAt(url, { timeoutMs })).reason).toBe('timeout')
  })

  it('is an endless body, one byte at a time', async () => {
    const url = await serveHttp((_request, response) => {
      const drip = setInterval(() => response.write(' '), 100)
      response.once('close', () => clearInterval(drip))
    })
    const failure = await failureAt(url, { timeoutMs })
    expect(failure).toMatchObject({ reason: 'timeout', message: 'the request took longer than 1 s' })
  })

  it('is a refusal whose body never ends', async () => {
    const url = await serveHttp((_request, response) => {
      response.writeHead(403).write('{"code"')
    })
    expect((await failureAt(url, { timeoutMs })).reason).toBe('timeout')
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%d is not followed, so the token stays here', async (status) => {
    let visits = 0
    const elsewhere = await serveHttp((request, response) => {
      visits += 1
      answerWith(GOOD)(request, response)
    })
    const url = await serveHttp(answerWith('', status, { location: elsewhere }))
    expect(await fetchAgents(anOperation({ baseUrl: url }), never)).toMatchObject({ status })
    expect(visits).toBe(0)
  })
})

describe('too_large', () => {
  const maxResponseBytes = 10_000

  it.each([
    ['with its length announced', { 'content-length': '20000' }],
    ['without', {}],
  ])('is a body above the limit, %s', async (_how, headers) => {
    const url = await serveHttp(answerWith('x'.repeat(20_000), 200, headers as Record<string, string>))
    expect((await failureAt(url, { maxResponseBytes })).reason).toBe('too_large')
  })

  it.each([
    ['', { 'content-length': '10001' }],
    [', gzipped', { 'content-length': '10001', 'content-encoding': 'gzip' }],
    [', of terabytes', { 'content-length': '99999999999999' }],
  ])('is a Content-Length above the limit, before the body arrives%s', async (_how, headers) => {
    let sent = 0
    const url = await serveHttp((_request, response) => {
      response.writeHead(200, headers as Record<string, string>).flushHeaders()
      const drip = setInterval(() => response.write(' ', () => (sent += 1)), 50)
      response.once('close', () => clearInterval(drip))
    })
    const startedAt = performance.now()
    expect((await failureAt(url, { maxResponseBytes, timeoutMs: 20_000 })).reason).toBe('too_large')
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(sent).toBeLessThan(20)
  })

  it('is not a body of exactly the limit', async () => {
    const url = await serveHttp(answerWith('x'.repeat(maxResponseBytes)))
    const { body } = await fetchAgents(anOperation({ baseUrl: url, maxResponseBytes }), never)
    expect(body).toHaveLength(maxResponseBytes)
  })

  it('is a small body that gzip makes large', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    expect(bomb.length).toBeLessThan(maxResponseBytes)
    const url = await serveHttp(answerWith(bomb, 200, { 'content-encoding': 'gzip' }))
    expect((await failureAt(url, { maxResponseBytes })).reason).toBe('too_large')
  })

  it.each([
    ['in a second layer', gzipSync(gzipSync(Buffer.alloc(10_000_000))), 'gzip'],
    ['that is not declared', gzipSync(Buffer.alloc(10_000_000)), ''],
  ])('is a small body that gzip makes large, %s', async (_how, bomb, encoding) => {
    const url = await serveHttp(answerWith(bomb, 200, { 'content-encoding': encoding }))
    expect((await failureAt(url, { maxResponseBytes: 20_000 })).reason).toBe('too_large')
  })

  it('is an endless body, as soon as it exceeds the limit', async () => {
    const url = await serveHttp((_request, response) => {
      const flow = () => {
        while (response.write('x'.repeat(1000)));
      }
      response.on('drain', flow)
      flow()
    })
    expect((await failureAt(url, { maxResponseBytes })).reason).toBe('too_large')
  })
})

describe('malformed', () => {
  const cut = gzipSync(GOOD).subarray(0, 30)
  const broken = Buffer.concat([gzipSync(GOOD).subarray(0, 40), Buffer.alloc(100)])

  it.each<[string, string | Buffer, string, string]>([
    [
      'HTML declared as gzip',
      '<html>Hello',
      'gzip',
      'the response is declared as gzip, but is not: an HTML page without title',
    ],
    [
      'JSON declared as gzip, without its records',
      GOOD,
      'gzip',
      'the response is declared as gzip, but is not: a JSON object with code 200, error null, msg "1 records were found", data',
    ],
    ['truncated gzip', cut, 'gzip', 'the gzip data of the response is corrupt or truncated'],
    ['truncated gzip, not declared', cut, '', 'the gzip data of the response is corrupt or truncated'],
    ['corrupt gzip', broken, 'gzip', 'the gzip data of the response is corrupt or truncated'],
    [
      'an encoding that was not requested',
      GOOD,
      'br',
      'the response has a content encoding that was not requested: br',
    ],
    [
      'too many layers',
      GOOD,
      'gzip, gzip, gzip',
      'the response has a content encoding that was not requested: gzip, gzip, gzip',
    ],
    [
      'the token as an encoding',
      GOOD,
      'x-test-token',
      'the response has a content encoding that was not requested: x-[secret]',
    ],
    [
      'the token declared as gzip',
      'test-token',
      'gzip',
      'the response is declared as gzip, but is not: [secret]',
    ],
  ])('is %s', async (_form, body, encoding, message) => {
    const url = await serveHttp(answerWith(body, 200, { 'content-encoding': encoding }))
    expect(await failureAt(url)).toMatchObject({ reason: 'malformed', message })
  })

  it('is not an empty body declared as gzip', async () => {
    const url = await serveHttp(answerWith('', 200, { 'content-encoding': 'gzip' }))
    expect((await fetchAgents(anOperation({ baseUrl: url }), never)).body).toHaveLength(0)
  })
})

describe('http_error', () => {
  it.each([
    ['a response that is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTML without an HTTP head', '<html><body>Hello</body></html>'],
    ['a head without carriage returns', 'HTTP/1.1 200 OK\nContent-Length: 2\n\n[]'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n[]`],
    ['a switch to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    [
      'an announced switch to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['a request to continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('is %s, and permanent', async (_what, sent) => {
    const url = await serveSockets((socket) => {
      socket.once('data', () => socket.end(sent))
    })
    expect(await failureAt(url)).toMatchObject({
      reason: 'http_error',
      message: 'the response is not valid HTTP',
      advice: { isPermanent: true },
    })
  })
})

describe('a refusal', () => {
  it.each([
    ['above the limit', 'x'.repeat(20_000), {}],
    ['not the declared gzip', 'x', { 'content-encoding': 'gzip' }],
  ])('keeps its status if its body is %s', async (_form, body, headers) => {
    const url = await serveHttp(answerWith(body, 403, headers))
    const response = await fetchAgents(anOperation({ baseUrl: url, maxResponseBytes: 10_000 }), never)
    expect(response).toMatchObject({ status: 403, body: Buffer.alloc(0) })
  })
})

describe('a refusal whose Content-Length is above the limit', () => {
  it('keeps its status without waiting for the body', async () => {
    const url = await serveHttp((_request, response) => {
      response.writeHead(403, { 'content-length': String(2 ** 40) }).flushHeaders()
    })
    const response = await fetchAgents(anOperation({ baseUrl: url, timeoutMs: 20_000 }), never)
    expect(response).toMatchObject({ status: 403, body: Buffer.alloc(0) })
  })
})

describe('ending it', () => {
  it('aborts a request in flight with the given reason', async () => {
    const ending = new AbortController()
    const url = await serveSockets(() => ending.abort(new Error('the process ends')))
    await expect(fetchAgents(anOperation({ baseUrl: url }), ending.signal)).rejects.toThrow(
      'the process ends',
    )
  })

  it('aborts a call whose body has begun', async () => {
    const ending = new AbortController()
    const url = await serveHttp((_request, response) => {
      response
        .writeHead(403)
        .write('{', () => setTimeout(() => ending.abort(new Error('the process ends')), 20))
    })
    await expect(fetchAgents(anOperation({ baseUrl: url }), ending.signal)).rejects.toThrow(
      'the process ends',
    )
  })
})

describe('no failure contains the token', () => {
  const token = new Secret('test-token')

  it.each<[string, () => Promise<string>, FailureReason]>([
    ['refused', async () => 'http://127.0.0.1:1', 'connect'],
    [
      'not HTTP',
      () => serveSockets((socket) => socket.once('data', (data) => socket.end(data))),
      'http_error',
    ],
    ['reset', () => serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy())), 'connect'],
  ])('%s', async (_form, serve, reason) => {
    const failure = await failureAt(await serve(), { token })
    expect(failure.reason).toBe(reason)
    for (let error: unknown = failure; error instanceof Error; error = error.cause) {
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('test-token')
    }
  })
})
