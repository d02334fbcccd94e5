import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/server/limits.ts'
import { refuseUnreadable } from '../../src/server/refusals.ts'
import { readHead } from '../integration/e2e/wire.ts'
import { aBody } from '../support/exposition-texts.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { makeApp } from './make-app.ts'

async function start(parts?: Parameters<typeof makeApp>[0]) {
  const { app } = makeApp(parts)
  onTestFinished(() => app.close())
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  return { app, port: Number(port) }
}

/** Everything that the server sends until it closes the connection. */
async function exchange(port: number, request: string): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const chunks: Buffer[] = []
  // A server that rejects a request early closes the connection without reading the rest.
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {})
  socket.write(request, 'latin1')
  await once(socket, 'close')
  return Buffer.concat(chunks)
}

const HEAD = 'Host: localhost\r\nConnection: close\r\n'

describe('every error is plain text', () => {
  const cases: readonly (readonly [what: string, request: string, status: string])[] = [
    ['a path that cannot be decoded', `GET /%zz HTTP/1.1\r\n${HEAD}\r\n`, '400 Bad Request'],
    ['such a path with another method', `SEARCH /%zz HTTP/1.1\r\n${HEAD}\r\n`, '400 Bad Request'],
    ['a request that is not HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '400 Bad Request'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 Bad Request'],
    ['a method that does not exist', `BREW / HTTP/1.1\r\n${HEAD}\r\n`, '400 Bad Request'],
    ['a method of a path that does not exist', `PROPFIND /nowhere HTTP/1.1\r\n${HEAD}\r\n`, '404 Not Found'],
    ['a path that does not exist', `GET /nowhere HTTP/1.1\r\n${HEAD}\r\n`, '404 Not Found'],
    ['no path', `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, '405 Method Not Allowed'],
    ['CONNECT', `CONNECT localhost:9989 HTTP/1.1\r\n${HEAD}\r\n`, '405 Method Not Allowed'],
    ['TRACE', `TRACE /metrics HTTP/1.1\r\n${HEAD}\r\n`, '405 Method Not Allowed'],
    [
      'a method that the path does not accept',
      `PUT /metrics HTTP/1.1\r\n${HEAD}\r\n`,
      '405 Method Not Allowed',
    ],
    [
      'a length and a transfer encoding',
      `POST / HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      '400 Bad Request',
    ],
    [
      'an unknown transfer encoding',
      `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: xchunked\r\n\r\n`,
      '400 Bad Request',
    ],
    ['a header in two lines', `GET / HTTP/1.1\r\n${HEAD}X: a\r\n b\r\n\r\n`, '400 Bad Request'],
    [
      'lines that end with a line feed',
      'GET / HTTP/1.1\nHost: localhost\nConnection: close\n\n',
      '400 Bad Request',
    ],
    [
      'space before the colon of a header',
      `GET / HTTP/1.1\r\n${HEAD}Content-Length : 1\r\n\r\n`,
      '400 Bad Request',
    ],
    ['HTTP/0.9', `GET /metrics\r\n${HEAD}\r\n`, '505 HTTP Version Not Supported'],
    ['HTTP/2 without its preface', `GET /metrics HTTP/2.0\r\n${HEAD}\r\n`, '505 HTTP Version Not Supported'],
    ['a star as path', `GET * HTTP/1.1\r\n${HEAD}\r\n`, '400 Bad Request'],
    ['NUL in the path', `GET /\0 HTTP/1.1\r\n${HEAD}\r\n`, '400 Bad Request'],
    ['no Host', 'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      '400 Bad Request',
    ],
    ['an expectation', `GET / HTTP/1.1\r\n${HEAD}Expect: tea\r\n\r\n`, '417 Expectation Failed'],
    [
      'an invalid content type',
      `POST /-/reload HTTP/1.1\r\n${HEAD}Content-Type: ;\r\nContent-Length: 2\r\n\r\nab`,
      '415 Unsupported Media Type',
    ],
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\n${HEAD}X: ${'a'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ]

  it.each(cases)('for %s', async (_, request, status) => {
    const { port } = await start()
    const answer = readHead(await exchange(port, request))
    expect(answer.status).toBe(`HTTP/1.1 ${status}`)
    expect(answer.headers['content-type']).toMatch(/^text\/plain\b/)
    expect(answer.headers.connection).toBe('close')
    expect(answer.rest.toString()).toMatch(/^(?:\w+\r\n)?[A-Z][\w ]+\n/)
    expect(answer.rest.toString()).not.toMatch(/[{}<>%]/)
  })

  it.each(['/%zz', '/nowhere'])('for HEAD %s, without a body', async (path) => {
    const { port } = await start()
    const answer = readHead(await exchange(port, `HEAD ${path} HTTP/1.1\r\n${HEAD}\r\n`))
    expect(answer.headers['content-type']).toMatch(/^text\/plain\b/)
    expect(answer.rest.toString()).toBe('')
  })

  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
    ['HPE_INVALID_CONSTANT', '400 Bad Request'],
  ])("for Node's error %s", async (code, status) => {
    const server = createServer((socket) =>
      refuseUnreadable(
        Object.assign(new Error(), { code }),
        socket.on('error', () => {}),
        false,
      ),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const answer = readHead(await exchange((server.address() as AddressInfo).port, ''))
    expect(answer.status).toBe(`HTTP/1.1 ${status}`)
    expect(answer.headers['content-type']).toBe('text/plain')
    expect(answer.rest.toString()).toBe(`${status.slice(4)}\n`)
  })
})

describe('a request above a limit', () => {
  const { maxHeaders, maxUrlBytes, maxBodyBytes } = limits
  /** Headers, including the two of `HEAD`. */
  const manyHeaders = (count: number) =>
    Array.from({ length: count - 2 }, (_, index) => `X${index}: 1\r\n`).join('')
  const path = (bytes: number) => `/-/healthy?${'a'.repeat(bytes - '/-/healthy?'.length)}`

  it.each([
    ['the longest path', `GET ${path(maxUrlBytes)} HTTP/1.1\r\n${HEAD}\r\n`, '200 OK'],
    ['a longer path', `GET ${path(maxUrlBytes + 1)} HTTP/1.1\r\n${HEAD}\r\n`, '414 URI Too Long'],
    ['a path without end', `GET ${path(20_000)} HTTP/1.1\r\n${HEAD}\r\n`, '414 URI Too Long'],
    ['the most headers', `GET /-/healthy HTTP/1.1\r\n${HEAD}${manyHeaders(maxHeaders)}\r\n`, '200 OK'],
    [
      'one more header',
      `GET /-/healthy HTTP/1.1\r\n${HEAD}${manyHeaders(maxHeaders + 1)}\r\n`,
      '431 Request Header Fields Too Large',
    ],
    [
      'a thousand headers',
      `GET /-/healthy HTTP/1.1\r\n${HEAD}${manyHeaders(1000)}\r\n`,
      '431 Request Header Fields Too Large',
    ],
    [
      'the longest body',
      `GET /-/healthy HTTP/1.1\r\n${HEAD}Content-Length: ${maxBodyBytes}\r\n\r\n`,
      '200 OK',
    ],
    [
      'a longer body',
      `GET /-/healthy HTTP/1.1\r\n${HEAD}Content-Length: ${maxBodyBytes + 1}\r\n\r\n`,
      '413 Payload Too Large',
    ],
  ])('is refused: %s', async (_, request, status) => {
    const { port } = await start()
    expect(readHead(await exchange(port, request)).status).toBe(`HTTP/1.1 ${status}`)
  })

  it.each([
    ['a body that is too long', `Content-Length: ${maxBodyBytes + 1}`],
    ['a body of unknown length', 'Transfer-Encoding: chunked'],
  ])('ends its connection, instead of reading on: %s', async (_, header) => {
    const { port } = await start()
    const request = `POST /-/reload HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`
    expect(readHead(await exchange(port, request)).headers.connection).toBe('close')
  })

  it('cannot hide a second request in a body of unknown length', async () => {
    const { port } = await start()
    const body = '0\r\n\r\nGET /-/ready HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const request = `POST /-/reload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
    expect(String(await exchange(port, request)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403'])
  })
})

describe('a method that the path does not accept', () => {
  it.each([
    ['PUT', '/metrics', 'GET, HEAD'],
    ['POST', '/metrics?operation=a', 'GET, HEAD'],
    ['DELETE', '/', 'GET, HEAD'],
    ['OPTIONS', '/-/healthy', 'GET, HEAD'],
    ['PROPFIND', '/metrics', 'GET, HEAD'],
    ['GET', '/-/reload', 'POST'],
    ['HEAD', '/-/reload', 'POST'],
    ['OPTIONS', '*', 'GET, HEAD, POST'],
    ['CONNECT', 'localhost:80', 'GET, HEAD, POST'],
  ])('is refused, and the methods that it accepts are named: %s %s', async (method, path, allow) => {
    const { port } = await start()
    const { status, headers } = readHead(await exchange(port, `${method} ${path} HTTP/1.1\r\n${HEAD}\r\n`))
    expect([status, headers.allow]).toEqual(['HTTP/1.1 405 Method Not Allowed', allow])
  })
})

describe('a client that is slow', () => {
  it('gets its response before it has sent its body, and is then disconnected', async () => {
    const { port } = await start()
    const answer = await exchange(
      port,
      'POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na',
    )
    expect(String(answer).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403'])
  })
})

describe('an unreadable request', () => {
  it('does not write into the response of the request before', async () => {
    let render = () => {}
    const rendering = new Promise<void>((resolve) => {
      render = resolve
    })
    const { port } = await start({ renderMetrics: () => rendering.then(() => aBody('# the metrics\n')) })
    const answer = exchange(port, `GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nhello\r\n\r\n`)
    const bytes = await answer
    render()
    expect(bytes.toString()).not.toContain('400')
  })

  it('can have no Host in HTTP/1.0, which does not define it', async () => {
    const { port } = await start()
    const answer = readHead(await exchange(port, 'GET /-/healthy HTTP/1.0\r\n\r\n'))
    expect([answer.status, answer.rest.toString()]).toEqual([
      'HTTP/1.1 200 OK',
      'wolkvox-exporter is healthy.\n',
    ])
  })
})

it('responds to a scrape on an open connection while the server closes', async () => {
  let render = () => {}
  const rendering = new Promise<void>((resolve) => {
    render = resolve
  })
  const { app, port } = await start({ renderMetrics: () => rendering.then(() => aBody('# the metrics\n')) })
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const answers = text(socket)
  const request = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const arrived = () => once(app.server, 'request')
  const first = arrived()
  socket.write(request)
  await first
  const closed = app.close()
  const second = arrived()
  socket.write(request)
  await second
  render()
  expect((await answers).match(/HTTP\/1\.1 \d+|# the metrics/g)).toEqual([
    'HTTP/1.1 200',
    '# the metrics',
    'HTTP/1.1 200',
    '# the metrics',
  ])
  await closed
})
