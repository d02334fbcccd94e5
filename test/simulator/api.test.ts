import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { callApi, goodHeaders, withSimulator } from './helpers.ts'

const forbidden = (msg: string) => ({ code: 403, error: 'FORBIDDEN', msg, data: null })
const simultaneous = forbidden('EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)')
const quotaSpent = forbidden('TOKEN LIMIT EXCEEDED')

/** fetch decodes by itself; this shows what is really sent. */
function callRaw({ url }: Simulator, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/v2/real_time.php?api=agents`, { headers: { ...goodHeaders, ...headers } }, resolve).on(
      'error',
      reject,
    )
  })
}

describe('the simulated API', () => {
  it('answers with an envelope around every record of the report', () =>
    withSimulator({ agents: 20 }, async (simulator) => {
      const response = await callApi(simulator)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toEqual({
        code: 200,
        error: null,
        msg: '20 records were found',
        data: simulator.report(),
      })
    }))

  it.each([
    {
      when: 'without a token',
      headers: {},
      expected: { code: 401, error: 'UNAUTHORIZED', msg: 'PLEASE ENTER THE WOLKVOX-TOKEN' },
    },
    {
      when: 'with a wrong token',
      headers: { ...goodHeaders, 'wolkvox-token': 'guessed' },
      expected: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
    },
    {
      when: 'with a wrong token and another server code',
      headers: { 'wolkvox-token': 'guessed', wolkvox_server: '0042' },
      expected: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
    },
    {
      when: 'for an API that does not exist',
      query: '?api=unicorns',
      expected: { code: 400, error: 'BAD REQUEST', msg: 'THE API YOU WANT TO CONSULT DOES NOT EXIST' },
    },
    {
      when: 'without naming an API',
      query: '',
      expected: { code: 400, error: 'BAD REQUEST', msg: 'SOME PARAMETERS ARE REQUIRED' },
    },
  ])('refuses a call $when', ({ headers = goodHeaders, query = '?api=agents', expected }) =>
    withSimulator({}, async (simulator) => {
      const response = await callApi(simulator, { headers, query })
      expect(response.status).toBe(expected.code)
      expect(await response.json()).toEqual({ ...expected, data: null })
    }),
  )

  it('does without the wolkvox_server header', () =>
    withSimulator({}, async (simulator) => {
      const response = await callApi(simulator, { headers: { 'wolkvox-token': 'simulated-token' } })
      expect(response.status).toBe(200)
    }))

  it.each(['0042', '0000', 'ventas-1'])('stands for any server code: %s', (server) =>
    withSimulator({}, async (simulator) => {
      const response = await callApi(simulator, { headers: { ...goodHeaders, wolkvox_server: server } })
      expect(response.status).toBe(200)
    }),
  )

  it('compresses where the caller accepts it', () =>
    withSimulator({ agents: 200 }, async (simulator) => {
      const plain = await callRaw(simulator, { 'accept-encoding': 'identity' })
      const compressed = await callRaw(simulator, { 'accept-encoding': 'gzip' })
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(compressed.headers['content-encoding']).toBe('gzip')
      const [plainBytes, compressedBytes] = [await buffer(plain), await buffer(compressed)]
      expect(gunzipSync(compressedBytes)).toEqual(plainBytes)
      expect(compressedBytes.length).toBeLessThan(plainBytes.length / 3)
      expect(compressed.headers['content-length']).toBe(String(compressedBytes.length))
    }))

  it('waits before it answers, if told to', () =>
    withSimulator({ latencyMs: 80 }, async (simulator) => {
      const begun = performance.now()
      await callApi(simulator)
      // Timers may fire a millisecond early.
      expect(performance.now() - begun).toBeGreaterThanOrEqual(79)
    }))

  it('allows two calls at once with one token, not a third', () =>
    withSimulator({ latencyMs: 200 }, async (simulator) => {
      const responses = await Promise.all([callApi(simulator), callApi(simulator), callApi(simulator)])
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 403])
      const refused = responses.find(({ status }) => status === 403)
      expect(await refused?.json()).toEqual(simultaneous)
    }))

  it('has room again as soon as a call has ended or its caller has gone', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('hang')
      const impatient = new AbortController()
      const hanging = [1, 2].map(() =>
        callApi(simulator, { signal: impatient.signal }).catch((error) => error.name),
      )
      await expect.poll(() => simulator.calls).toBe(2)
      simulator.setFault(undefined)
      expect((await callApi(simulator)).status).toBe(403)
      impatient.abort()
      expect(await Promise.all(hanging)).toEqual(['AbortError', 'AbortError'])
      await expect.poll(async () => (await callApi(simulator)).status).toBe(200)
      for (let call = 0; call < 10; call += 1) expect((await callApi(simulator)).status).toBe(200)
    }))

  it('grants a thousand calls a day for each licence', () =>
    withSimulator({ agents: 1, licenses: 1 }, async (simulator) => {
      for (let call = 1; call <= 1000; call += 1) {
        const { status } = await callApi(simulator)
        if (status !== 200) expect.fail(`call ${call} was answered with ${status}`)
      }
      const refused = await callApi(simulator)
      expect(refused.status).toBe(403)
      expect(await refused.json()).toEqual(quotaSpent)
      expect(simulator.calls).toBe(1000)
      expect(simulator.requests).toBe(1001)
    }))

  it('counts what costs quota: calls with a valid token, faulty or not', () =>
    withSimulator({}, async (simulator) => {
      await callApi(simulator)
      await callApi(simulator, { query: '?api=unicorns' })
      simulator.setFault('error500')
      await callApi(simulator)
      await callApi(simulator, { headers: {} })
      await callApi(simulator, { headers: { 'wolkvox-token': 'guessed' } })
      expect(simulator.calls).toBe(3)
      expect(simulator.requests).toBe(5)
    }))
})
