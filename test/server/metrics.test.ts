import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { aBody } from '../support/exposition-texts.ts'
import { makeApp } from './make-app.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
const PROMETHEUS_3_TEXT_FIRST =
  'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1'
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

const get = (headers: Record<string, string>, url = '/metrics') => makeApp().app.inject({ url, headers })

describe('the format', () => {
  it.each([
    ['nothing specific', undefined],
    ['anything', '*/*'],
    ['any text', 'text/*'],
    ['plain text', 'text/plain'],
    ['plain text 0.0.4', 'text/plain;version=0.0.4'],
    ['plain text in a character set', 'text/plain; charset=utf-8'],
    ['the types of a browser', BROWSER],
    ['text before OpenMetrics, as Prometheus 3 can be configured', PROMETHEUS_3_TEXT_FIRST],
    ['anything except OpenMetrics', 'application/openmetrics-text;q=0, */*'],
    ['only an unknown version of OpenMetrics', 'application/openmetrics-text;version=9.9.9'],
    ['only protobuf', 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily'],
    ['only another format', 'application/json'],
  ])('is text 0.0.4 for a scraper that accepts %s', async (_, accept) => {
    const response = await get(accept === undefined ? {} : { accept })
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, TEXT])
    expect(response.body).toBe('# rendered as text\n')
  })

  it.each([
    ['OpenMetrics', 'application/openmetrics-text'],
    ['OpenMetrics 1.0.0', 'application/openmetrics-text;version=1.0.0'],
    ['OpenMetrics 1.0.0 in quotes', 'application/openmetrics-text; version="1.0.0"'],
    ['OpenMetrics 1.0.0 in a character set', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    ['OpenMetrics in capitals', 'APPLICATION/OPENMETRICS-TEXT;VERSION=1.0.0'],
    ['OpenMetrics before text', 'text/plain;q=0.4, application/openmetrics-text;version=1.0.0;q=0.5'],
    ['the formats of Prometheus 2.42', PROMETHEUS_2],
    ['the formats of Prometheus 3', PROMETHEUS_3],
  ])('is OpenMetrics 1.0.0 for a scraper that accepts %s', async (_, accept) => {
    const response = await get({ accept })
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, OPENMETRICS])
    expect(response.body).toBe('# rendered as openmetrics\n')
  })

  it.each([
    '',
    ',',
    ';',
    ';;;q=',
    '"',
    'text',
    '/',
    '*',
    'text/plain;q=much',
    'a'.repeat(8000),
    '\u00ff\u00fe',
  ])('is text 0.0.4 for an unreadable Accept header: %.20s', async (accept) => {
    const response = await get({ accept })
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, TEXT])
  })
})

describe('gzip', () => {
  it.each([
    'gzip',
    'GZIP',
    'gzip, deflate, br, zstd',
    'deflate, gzip',
    'gzip;q=0.5',
    'gzip;q=1.0, identity;q=0.5',
    'br;q=1, gzip;q=0.8, *;q=0.1',
    '*',
  ])('is sent to a scraper that accepts %s', async (encoding) => {
    const response = await get({ 'accept-encoding': encoding })
    expect([response.statusCode, response.headers['content-encoding']]).toEqual([200, 'gzip'])
    expect(gunzipSync(response.rawPayload).toString()).toBe('# rendered as text\n')
    expect(response.headers['content-length']).toBe(String(response.rawPayload.length))
  })

  it.each([
    undefined,
    '',
    'identity',
    'deflate, br',
    'gzip;q=0',
    'gzip;q=0.0, *',
    'gzip;q=0.5, identity;q=0.9',
    'gzipped',
    ';;;',
  ])('is not sent to a scraper that accepts %s', async (encoding) => {
    const response = await get(encoding === undefined ? {} : { 'accept-encoding': encoding })
    expect([response.statusCode, response.headers['content-encoding']]).toEqual([200, undefined])
    expect(response.body).toBe('# rendered as text\n')
  })

  it('is used with both formats', async () => {
    const response = await get({ accept: PROMETHEUS_2, 'accept-encoding': 'gzip' })
    expect(response.headers['content-type']).toBe(OPENMETRICS)
    expect(gunzipSync(response.rawPayload).toString()).toBe('# rendered as openmetrics\n')
  })
})

describe('a cache between server and scraper', () => {
  it.each([[{}], [{ accept: PROMETHEUS_2 }], [{ 'accept-encoding': 'gzip' }]])(
    'learns that nothing may be stored and on which headers the response depends: %j',
    async (headers) => {
      const response = await get(headers)
      expect([response.headers.vary, response.headers['cache-control']]).toEqual([
        'Accept, Accept-Encoding',
        'no-store',
      ])
    },
  )
})

describe('the path', () => {
  it('accepts a query, which changes nothing', async () => {
    expect((await get({}, '/metrics?collect[]=agents&a=%00')).body).toBe('# rendered as text\n')
  })

  it.each(['/probe/metrics.txt', '/a-b_c~d'])('can be %s', async (telemetryPath) => {
    const { app } = makeApp({ telemetryPath })
    expect((await app.inject(telemetryPath)).body).toBe('# rendered as text\n')
    expect((await app.inject('/metrics')).statusCode).toBe(404)
  })
})

describe('an error while rendering', () => {
  const failing = () => makeApp({ renderMetrics: () => Promise.reject(new Error('the text of the fault')) })

  it.each([{}, { 'accept-encoding': 'gzip' }])(
    'is a 500 without the text of the error: %j',
    async (headers) => {
      const { app } = failing()
      const response = await app.inject({ url: '/metrics', headers })
      expect([response.statusCode, response.body]).toEqual([500, 'Internal Server Error\n'])
      expect(response.headers['content-encoding']).toBeUndefined()
    },
  )

  it('is logged with its text and the path', async () => {
    const { app, logged } = failing()
    await app.inject('/metrics')
    expect(logged).toEqual([expect.stringMatching(/"message":"the text of the fault".*"path":"\/metrics"/)])
  })

  it('does not affect the next scrape', async () => {
    let failed = false
    const { app } = makeApp({
      renderMetrics: async () => {
        if (failed) return aBody('served\n')
        failed = true
        throw new Error('once')
      },
    })
    expect((await app.inject('/metrics')).statusCode).toBe(500)
    expect((await app.inject('/metrics')).body).toBe('served\n')
  })
})

it('requests a new body for every scrape', async () => {
  let scrapes = 0
  const { app } = makeApp({ renderMetrics: async () => aBody(`${++scrapes}\n`) })
  expect((await app.inject('/metrics')).body).toBe('1\n')
  expect((await app.inject('/metrics')).body).toBe('2\n')
})

it('serves simultaneous scrapes', async () => {
  const { app } = makeApp()
  const responses = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      app.inject({ url: '/metrics', headers: index % 2 === 0 ? { accept: PROMETHEUS_2 } : {} }),
    ),
  )
  expect(responses.map(({ headers }) => headers['content-type'])).toEqual(
    responses.map((_, index) => (index % 2 === 0 ? OPENMETRICS : TEXT)),
  )
})

describe('the parameter operation', () => {
  /** What the renderer is asked for. */
  async function requested(url: string, method: 'GET' | 'HEAD' = 'GET') {
    const asked: (readonly string[] | undefined)[] = []
    const { app } = makeApp({
      renderMetrics: async (_format, operations) => {
        asked.push(operations)
        return operations?.includes('unknown') ? undefined : aBody('# some\n')
      },
    })
    const { statusCode, headers, body } = await app.inject({ method, url })
    return { asked, status: statusCode, type: headers['content-type'], body }
  }

  it.each<[string, readonly string[] | undefined]>([
    ['/metrics', undefined],
    ['/metrics?', undefined],
    ['/metrics?collect[]=a&operations=b&Operation=c', undefined],
    ['/metrics?operation[]=a', undefined],
    ['/metrics?operation=a', ['a']],
    ['/metrics?operation=a&operation=b&x=1&operation=a', ['a', 'b', 'a']],
    ['/metrics?operation=', ['']],
    ['/metrics?operation', ['']],
    ['/metrics?operation=ventas+%26%20m%C3%A1s', ['ventas & más']],
    ['/metrics?operation=%zz', ['%zz']],
    ['/metrics?operation=a,b', ['a,b']],
    ['/metrics?__proto__=a&operation=constructor', ['constructor']],
  ])('of %s is understood', async (url, operations) => {
    const { asked, status } = await requested(url)
    expect([asked, status]).toEqual([[operations], 200])
  })

  it.each(['GET', 'HEAD'] as const)(
    'is 404 in plain text for %s if an operation is unknown',
    async (method) => {
      const { status, type, body } = await requested('/metrics?operation=a&operation=unknown', method)
      expect([status, type]).toEqual([404, 'text/plain'])
      expect(body).toBe(
        method === 'HEAD' ? '' : 'There is no such operation here; the log of the exporter lists all.\n',
      )
    },
  )
})
