import { describe, expect, it } from 'vitest'
import { limits } from '../../src/server/limits.ts'
import { makeApp } from './make-app.ts'

describe('the health check', () => {
  it.each([true, false])('responds with 200 while the process runs, ready or not: %s', async (ready) => {
    const response = await makeApp({ isReady: () => ready }).app.inject('/-/healthy')
    expect([response.statusCode, response.body]).toEqual([200, 'wolkvox-exporter is healthy.\n'])
  })
})

describe('readiness', () => {
  it('turns from 503 to 200 once the exporter is ready', async () => {
    let ready = false
    const { app } = makeApp({ isReady: () => ready })
    const before = await app.inject('/-/ready')
    ready = true
    const after = await app.inject('/-/ready')
    expect([before.statusCode, after.statusCode]).toEqual([503, 200])
    expect([before.body, after.body]).toEqual([
      'wolkvox-exporter is not ready: an operation has neither ended a call nor restored data.\n',
      'wolkvox-exporter is ready.\n',
    ])
  })
})

describe('HEAD', () => {
  it.each([
    ['/', 200],
    ['/metrics', 200],
    ['/-/healthy', 200],
    ['/-/ready', 200],
    ['/nowhere', 404],
  ])('of %s has the status of GET and no body', async (url, status) => {
    const { app } = makeApp()
    const [head, get] = await Promise.all([app.inject({ method: 'HEAD', url }), app.inject(url)])
    expect([head.statusCode, head.body]).toEqual([status, ''])
    expect([get.statusCode, get.body === '']).toEqual([status, false])
    expect(head.headers['content-type']).toBe(get.headers['content-type'])
  })

  it('of readiness is 503 while GET is', async () => {
    const { app } = makeApp({ isReady: () => false })
    expect((await app.inject({ method: 'HEAD', url: '/-/ready' })).statusCode).toBe(503)
  })

  it.each([{}, { 'accept-encoding': 'gzip' }])(
    'of the metrics has the length of the body: %j',
    async (headers) => {
      const { app } = makeApp()
      const head = await app.inject({ method: 'HEAD', url: '/metrics', headers })
      const get = await app.inject({ url: '/metrics', headers })
      expect(head.headers['content-length']).toBe(String(get.rawPayload.length))
      expect(head.headers['content-encoding']).toBe(get.headers['content-encoding'])
    },
  )

  it('is 500 if rendering throws', async () => {
    const { app } = makeApp({ renderMetrics: () => Promise.reject(new Error('a fault')) })
    const response = await app.inject({ method: 'HEAD', url: '/metrics' })
    expect([response.statusCode, response.body]).toEqual([500, ''])
  })
})

describe('POST /-/reload', () => {
  it.each([
    ['nothing', {}, ''],
    [
      'an empty form, as wget and curl -d send it',
      { 'content-type': 'application/x-www-form-urlencoded' },
      '',
    ],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
    ['empty JSON', { 'content-type': 'application/json' }, ''],
    ['JSON', { 'content-type': 'application/json' }, '{}'],
    ['text', { 'content-type': 'text/plain' }, 'reload'],
  ])('is rejected with 403 if it has %s', async (_, headers, payload) => {
    const response = await makeApp().app.inject({ method: 'POST', url: '/-/reload', headers, payload })
    expect([response.statusCode, response.body]).toEqual([
      403,
      'reloading is not allowed; start with --web.enable-lifecycle, or send SIGHUP\n',
    ])
  })

  it('is not possible with GET, which must not change anything', async () => {
    const { statusCode, headers } = await makeApp().app.inject('/-/reload')
    expect([statusCode, headers.allow]).toEqual([405, 'POST'])
  })
})

describe('an unknown path', () => {
  it.each([
    ['GET', '/nowhere'],
    ['GET', '/metrics/'],
    ['GET', '/Metrics'],
    ['GET', '/-/'],
    ['GET', '/../etc/passwd'],
    ['GET', '/%2e%2e/%2e%2e/etc/passwd'],
    ['GET', '//metrics'],
    ['GET', '/metrics//'],
    ['GET', '/%6detrics/x'],
    ['POST', '/nowhere'],
    ['OPTIONS', '/nowhere'],
  ] as const)('%s %.40s is 404', async (method, url) => {
    const response = await makeApp().app.inject({ method, url })
    expect(response.statusCode).toBe(404)
  })

  it('is rejected without the path, which can contain markup', async () => {
    const response = await makeApp().app.inject('/<script>')
    expect(response.body).toBe('Not Found\n')
    expect(response.headers['content-type']).toMatch(/^text\/plain/)
  })
})

describe('a malformed request', () => {
  const json = { 'content-type': 'application/json' }

  it.each([
    ['a path that cannot be decoded', { url: '/%zz' }],
    ['a header of 100 kB', { url: '/metrics', headers: { 'x-long': 'a'.repeat(100_000) } }],
    ['a thousand queries', { url: `/metrics?${'a=b&'.repeat(1000)}` }],
    ['an unexpected body', { url: '/metrics', headers: json, payload: '{}' }],
    ['a long body', { method: 'POST', url: '/-/reload', payload: 'a'.repeat(5000) }],
    ['bad JSON', { method: 'POST', url: '/-/reload', headers: json, payload: '{' }],
    ['a prototype in JSON', { method: 'POST', url: '/-/reload', headers: json, payload: '{"__proto__":1}' }],
    ['an invalid content type', { method: 'POST', url: '/-/reload', headers: { 'content-type': ';' } }],
  ] as const)('with %s does not break the server', async (_, request) => {
    const { app, logged } = makeApp()
    const odd = await app.inject(request)
    expect(odd.statusCode).toBeLessThan(500)
    expect(odd.body).not.toMatch(/node_modules|\.ts:\d/)
    expect(logged).toEqual([])
    expect((await app.inject('/metrics')).statusCode).toBe(200)
  })
})

describe('a status page that throws', () => {
  it('is 500 without the text of the error', async () => {
    const { app, logged } = makeApp({
      statusPage: async () => {
        throw new Error('the text of the fault')
      },
    })
    const response = await app.inject('/')
    expect([response.statusCode, response.body]).toEqual([500, 'Internal Server Error\n'])
    expect(response.headers['content-type']).toMatch(/^text\/plain/)
    expect(logged).toHaveLength(1)
  })
})

describe('the limits of the HTTP server in production', () => {
  it('are those of the list', () => {
    const { app } = makeApp()
    expect(app.server).toMatchObject({
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.maxHeaderBytes,
    })
    expect(app.initialConfig.bodyLimit).toBe(limits.maxBodyBytes)
  })

  it('allow connections for longer than Prometheus usually waits between scrapes', () => {
    expect(limits.keepAliveMs).toBeGreaterThan(60_000)
  })
})
