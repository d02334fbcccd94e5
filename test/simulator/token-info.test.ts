import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FaultName, Simulator } from '../../src/simulator/simulator.ts'
import { fetchReport, fetchTokenInfo, withSimulator } from './helpers.ts'

async function readTokenInfo(simulator: Simulator): Promise<Record<string, string> | undefined> {
  const body = await (await fetchTokenInfo(simulator)).json()
  return (body as { data: Record<string, string>[] }).data[0]
}

describe('token_info', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends one record with the quota usage in an envelope', () =>
    withSimulator({ licenses: 3 }, async (simulator) => {
      const response = await fetchTokenInfo(simulator)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toEqual({
        code: 200,
        error: null,
        msg: '1 records were found',
        data: [
          {
            description: 'simulated',
            token_limit: '3000',
            token_use_today: '1',
            all_token_today: '1',
            available_consumption_options: '2999',
          },
        ],
      })
    }))

  it('counts the requests of both endpoints against one quota', () =>
    withSimulator({ licenses: 1 }, async (simulator) => {
      await fetchReport(simulator)
      await fetchReport(simulator, { query: '?api=unicorns' })
      await fetchTokenInfo(simulator)
      await fetchTokenInfo(simulator, { headers: {} })
      expect(await readTokenInfo(simulator)).toMatchObject({
        token_limit: '1000',
        token_use_today: '4',
        all_token_today: '4',
        available_consumption_options: '996',
      })
      expect(simulator.calls).toBe(4)
      expect(simulator.requests).toBe(5)
    }))

  it('counts only the requests of the current day', () => {
    // fetch needs the real setTimeout.
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    return withSimulator({ speed: 1, startAt: '23:59' }, async (simulator) => {
      await fetchReport(simulator)
      expect(await readTokenInfo(simulator)).toMatchObject({ token_use_today: '2' })
      vi.advanceTimersByTime(60_000)
      expect(await readTokenInfo(simulator)).toMatchObject({ token_use_today: '1' })
      expect(simulator.calls).toBe(3)
    })
  })

  it('is rejected if the quota is exhausted', () =>
    withSimulator({ agents: 0, licenses: 0 }, async (simulator) => {
      const response = await fetchTokenInfo(simulator)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ msg: 'TOKEN LIMIT EXCEEDED' })
    }))

  it('shares the limit of two requests in flight with the agents', () =>
    withSimulator({ latencyMs: 200 }, async (simulator) => {
      const responses = await Promise.all([
        fetchReport(simulator),
        fetchTokenInfo(simulator),
        fetchReport(simulator),
        fetchTokenInfo(simulator),
      ])
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403])
    }))
})

describe('faults of token_info', () => {
  it('unreadable puts invalid values into two fields and adds no agent fields', () =>
    withSimulator({ licenses: 1 }, async (simulator) => {
      simulator.setFault('unreadable')
      expect(await readTokenInfo(simulator)).toEqual({
        description: 'simulated',
        token_limit: 'muchas',
        token_use_today: '-3',
        all_token_today: '1',
        available_consumption_options: '999',
      })
    }))

  it('full repeats the record up to the record limit', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('full')
      const { data } = (await (await fetchTokenInfo(simulator)).json()) as { data: readonly unknown[] }
      expect(data).toHaveLength(60_000)
    }))

  const timeout = { name: 'TimeoutError' }

  it.each<{ fault: FaultName; sendsHeaders: boolean; error: object }>([
    { fault: 'truncated', sendsHeaders: true, error: { name: 'TypeError', message: 'terminated' } },
    { fault: 'slow', sendsHeaders: true, error: timeout },
    { fault: 'hang', sendsHeaders: false, error: timeout },
    { fault: 'reset', sendsHeaders: false, error: { cause: { code: 'ECONNRESET' } } },
  ])('$fault breaks the transfer', ({ fault, sendsHeaders, error }) =>
    withSimulator({}, async (simulator) => {
      simulator.setFault(fault)
      const response = fetchTokenInfo(simulator, { signal: AbortSignal.timeout(1000) })
      if (sendsHeaders) expect((await response).status).toBe(200)
      await expect(response.then((received) => received.text())).rejects.toMatchObject(error)
    }),
  )
})
