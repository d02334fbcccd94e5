import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { prefersGzip } from '../../src/simulator/api/responses.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { fetchReport, fetchReportNamed, servedReportNames, validHeaders, withSimulator } from './helpers.ts'

const forbidden = (msg: string) => ({ code: 403, error: 'FORBIDDEN', msg, data: null })
const simultaneous = forbidden('EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)')
const quotaExhausted = forbidden('TOKEN LIMIT EXCEEDED')

/** Unlike fetch, does not decompress the body. */
function fetchCompressed({ url }: Simulator, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/v2/real_time.php?api=agents`, { headers: { ...validHeaders, ...headers } }, resolve).on(
      'error',
      reject,
    )
  })
}

describe('the simulated API', () => {
  it('sends every record of the report in an envelope', () =>
    withSimulator({ agents: 20 }, async (simulator) => {
      const response = await fetchReport(simulator)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toEqual({
        code: 200,
        error: null,
        msg: '20 records were found',
        data: simulator.report(),
      })
    }))

  it('does not need the wolkvox_server header', () =>
    withSimulator({}, async (simulator) => {
      const response = await fetchReport(simulator, { headers: { 'wolkvox-token': 'simulated-token' } })
      expect(response.status).toBe(200)
    }))

  it.each(['0042', '0000', 'ventas-1'])('accepts any server code: %s', (server) =>
    withSimulator({}, async (simulator) => {
      const response = await fetchReport(simulator, { headers: { ...validHeaders, wolkvox_server: server } })
      expect(response.status).toBe(200)
    }),
  )

  it('compresses if the client accepts it', () =>
    withSimulator({ agents: 200 }, async (simulator) => {
      const plain = await fetchCompressed(simulator, { 'accept-encoding': 'identity' })
      const compressed = await fetchCompressed(simulator, { 'accept-encoding': 'gzip' })
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(compressed.headers['content-encoding']).toBe('gzip')
      const [plainBytes, compressedBytes] = [await buffer(plain), await buffer(compressed)]
      expect(gunzipSync(compressedBytes)).toEqual(plainBytes)
      expect(compressedBytes.length).toBeLessThan(plainBytes.length / 3)
      expect(compressed.headers['content-length']).toBe(String(compressedBytes.length))
    }))

  it('allows two requests in flight and rejects a third', () =>
    withSimulator({ latencyMs: 200 }, async (simulator) => {
      const responses = await Promise.all([
        fetchReport(simulator),
        fetchReport(simulator),
        fetchReport(simulator),
      ])
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 403])
      const rejected = responses.find(({ status }) => status === 403)
      expect(await rejected?.json()).toEqual(simultaneous)
    }))

  it('admits a request as soon as another ends or its client disconnects', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('hang')
      const abortController = new AbortController()
      const hanging = [1, 2].map(() =>
        fetchReport(simulator, { signal: abortController.signal }).catch((error) => error.name),
      )
      await expect.poll(() => simulator.calls).toBe(2)
      simulator.setFault(undefined)
      expect((await fetchReport(simulator)).status).toBe(403)
      abortController.abort()
      expect(await Promise.all(hanging)).toEqual(['AbortError', 'AbortError'])
      await expect.poll(async () => (await fetchReport(simulator)).status).toBe(200)
      for (let request = 0; request < 10; request += 1)
        expect((await fetchReport(simulator)).status).toBe(200)
    }))

  it('allows 1000 requests a day per license', () =>
    withSimulator({ agents: 1, licenses: 1 }, async (simulator) => {
      for (let request = 1; request <= 1000; request += 1) {
        const { status } = await fetchReport(simulator)
        if (status !== 200) expect.fail(`request ${request}: status ${status}`)
      }
      const rejected = await fetchReport(simulator)
      expect(rejected.status).toBe(403)
      expect(await rejected.json()).toEqual(quotaExhausted)
      expect(simulator.calls).toBe(1000)
      expect(simulator.requests).toBe(1001)
    }))

  it('counts requests with a valid token against the quota, faulty or not', () =>
    withSimulator({}, async (simulator) => {
      await fetchReport(simulator)
      await fetchReport(simulator, { query: '?api=unicorns' })
      simulator.setFault('error500')
      await fetchReport(simulator)
      await fetchReport(simulator, { headers: {} })
      await fetchReport(simulator, { headers: { 'wolkvox-token': 'guessed' } })
      expect(simulator.calls).toBe(3)
      expect(simulator.requests).toBe(5)
    }))
})

describe.each(
  servedReportNames.map((endpoint) => ({
    endpoint,
    request: (simulator: Simulator, init = {}) => fetchReportNamed(simulator, endpoint, init),
  })),
)('the endpoint of $endpoint', ({ endpoint, request }) => {
  it.each([
    {
      when: 'without a token',
      headers: {},
      expected: { code: 401, error: 'UNAUTHORIZED', msg: 'PLEASE ENTER THE WOLKVOX-TOKEN' },
    },
    {
      when: 'with a wrong token',
      headers: { ...validHeaders, 'wolkvox-token': 'guessed' },
      expected: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
    },
    {
      when: 'with a wrong token and another server code',
      headers: { 'wolkvox-token': 'guessed', wolkvox_server: '0042' },
      expected: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
    },
    {
      when: 'for an unknown API',
      query: '?api=unicorns',
      expected: { code: 400, error: 'BAD REQUEST', msg: 'THE API YOU WANT TO CONSULT DOES NOT EXIST' },
    },
    {
      when: 'for an API of the other path',
      query: endpoint === 'token_info' ? '?api=agents' : '?api=token_info',
      expected: { code: 400, error: 'BAD REQUEST', msg: 'THE API YOU WANT TO CONSULT DOES NOT EXIST' },
    },
    {
      when: 'without the api parameter',
      query: '',
      expected: { code: 400, error: 'BAD REQUEST', msg: 'SOME PARAMETERS ARE REQUIRED' },
    },
  ])('rejects a request $when', ({ headers = validHeaders, query, expected }) =>
    withSimulator({}, async (simulator) => {
      const response = await request(simulator, { headers, ...(query === undefined ? {} : { query }) })
      expect(response.status).toBe(expected.code)
      expect(await response.json()).toEqual({ ...expected, data: null })
    }),
  )

  it('delays each response by latencyMs', () =>
    withSimulator({ latencyMs: 80 }, async (simulator) => {
      const startedAt = performance.now()
      await request(simulator)
      // Timers can fire a millisecond early.
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(79)
    }))
})

describe('an Accept-Encoding header', () => {
  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['GZIP', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0', false],
    ['identity', false],
    [undefined, false],
  ])('%j allows gzip: %s', (header, allowed) => {
    expect(prefersGzip(header)).toBe(allowed)
  })
})
