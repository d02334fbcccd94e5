import { afterEach, describe, expect, it, vi } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { centreAt, controlCall, fetchReport, recordsOfCentre, withSimulator } from './helpers.ts'

describe('the simulator', () => {
  it('starts in the middle of a working day', () =>
    withSimulator({ agents: 40, seed: 3, startAt: '14:15' }, async (simulator) => {
      expect(simulator.report()).toEqual(recordsOfCentre(centreAt('14:15', 40, 3)))
    }))

  it('does not advance at speed 0', () =>
    withSimulator({ speed: 0 }, async (simulator) => {
      const before = simulator.report()
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect(simulator.report()).toEqual(before)
    }))

  it('listens on a free port and returns its URL', () =>
    withSimulator({ port: 0 }, async (simulator) => {
      expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect((await fetchReport(simulator)).status).toBe(200)
    }))

  it('fails with EADDRINUSE if the port is in use', () =>
    withSimulator({}, async ({ url }) => {
      const second = startSimulator({ ...simulatorDefaults, agents: 1, port: Number(new URL(url).port) })
      await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
    }))

  it.each([
    { agents: -1 },
    { agents: 1.5 },
    { seed: 0.5 },
    { speed: -1 },
    { speed: Number.NaN },
    { licenses: -1 },
    { latencyMs: -1 },
    { startAt: '25:00' },
  ])('rejects the options %j', async (options) => {
    await expect(startSimulator({ ...simulatorDefaults, port: 0, ...options })).rejects.toThrow(RangeError)
  })

  it('works without agents', () =>
    withSimulator({ agents: 0, licenses: 1 }, async (simulator) => {
      expect(await (await fetchReport(simulator)).json()).toMatchObject({ code: 200, data: [] })
    }))

  it('closes quickly despite hanging requests and keep-alive connections', async () => {
    const simulator = await startSimulator({ ...simulatorDefaults, agents: 5, port: 0 })
    await (await fetchReport(simulator)).text()
    simulator.setFault('hang')
    const hanging = fetchReport(simulator).catch((error: unknown) => error)
    await expect.poll(() => simulator.calls).toBe(2)
    const startedAt = performance.now()
    await simulator.close()
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(await hanging).toBeInstanceOf(TypeError)
    await expect(fetchReport(simulator)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})

describe('the control API', () => {
  it('returns the simulated time, the request counts and the fault', () =>
    withSimulator({ startAt: '10:30' }, async (simulator) => {
      await fetchReport(simulator)
      simulator.setFault('quota')
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({
        status: 200,
        body: { day: 0, time: '10:30:00', calls: 1, requests: 1, fault: 'quota' },
      })
    }))

  it('sets and removes a fault', () =>
    withSimulator({}, async (simulator) => {
      const on = await controlCall(simulator, '/simulator/fault', 'PUT', { fault: 'maintenance' })
      expect(on).toMatchObject({ status: 200, body: { fault: 'maintenance' } })
      expect((await fetchReport(simulator)).status).toBe(403)
      const off = await controlCall(simulator, '/simulator/fault', 'DELETE')
      expect(off).toMatchObject({ status: 200, body: { fault: null } })
      expect((await fetchReport(simulator)).status).toBe(200)
    }))

  it.each([{ fault: 'unicorn' }, {}, 'maintenance'])(
    'rejects the fault %j and keeps the current one',
    (body) =>
      withSimulator({}, async (simulator) => {
        simulator.setFault('html')
        expect(await controlCall(simulator, '/simulator/fault', 'PUT', body)).toMatchObject({ status: 400 })
        expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({ body: { fault: 'html' } })
      }),
  )

  it('lists the valid faults if a fault is unknown', () =>
    withSimulator({}, async (simulator) => {
      const { body } = await controlCall(simulator, '/simulator/fault', 'PUT', { fault: 'unicorn' })
      expect(body).toMatchObject({
        message: expect.stringMatching(/^unknown fault; use one of maintenance, quota, /),
      })
    }))
})

describe('a state override', () => {
  const override = { agents: ['1002', '1004'], state: 'ACW', seconds: 2400 }

  it('changes only the state and the time in state until it is removed', () =>
    withSimulator({}, async (simulator) => {
      const before = simulator.report()
      expect(await controlCall(simulator, '/simulator/agents', 'PUT', override)).toMatchObject({
        status: 200,
        body: { held: ['1002', '1004'] },
      })
      expect(simulator.report()).toEqual(
        before.map((record) =>
          override.agents.includes(record.agent_id)
            ? { ...record, agent_status: 'ACW', time_state_now: '2400' }
            : record,
        ),
      )
      expect(await controlCall(simulator, '/simulator/agents', 'DELETE')).toMatchObject({
        body: { held: [] },
      })
      expect(simulator.report()).toEqual(before)
    }))

  it('continues while the simulated time advances', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    return withSimulator({ speed: 60 }, async (simulator) => {
      await controlCall(simulator, '/simulator/agents', 'PUT', { ...override, seconds: 30 })
      vi.advanceTimersByTime(60_000)
      expect(simulator.report()[1]).toMatchObject({ agent_status: 'ACW', time_state_now: '3630' })
    })
  })

  it('replaces the override of the same agent and keeps the others', () =>
    withSimulator({}, async (simulator) => {
      await controlCall(simulator, '/simulator/agents', 'PUT', override)
      await controlCall(simulator, '/simulator/agents', 'PUT', {
        ...override,
        agents: ['1004'],
        state: 'RING',
      })
      const states = simulator.report().map(({ agent_status }) => agent_status)
      expect([states[1], states[3]]).toEqual(['ACW', 'RING'])
    }))

  it.each([
    [404, { ...override, agents: ['1002', '7'] }],
    [400, { ...override, seconds: -1 }],
    [400, { ...override, state: '' }],
    [400, {}],
  ])('is rejected with %s for %j and has no effect', (status, body) =>
    withSimulator({}, async (simulator) => {
      expect(await controlCall(simulator, '/simulator/agents', 'PUT', body)).toMatchObject({ status })
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({ body: { held: [] } })
    }),
  )
})

describe('the simulated clock', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    { speed: 1, realSeconds: 120, simulated: '10:32' },
    { speed: 60, realSeconds: 90, simulated: '12:00' },
    { speed: 0.5, realSeconds: 120, simulated: '10:31' },
  ])('runs $speed times as fast as real time', ({ speed, realSeconds, simulated }) => {
    vi.useFakeTimers()
    return withSimulator({ agents: 30, speed }, async (simulator) => {
      vi.advanceTimersByTime(realSeconds * 1000)
      expect(simulator.report()).toEqual(recordsOfCentre(centreAt(simulated, 30)))
    })
  })

  it('starts a new day with a new quota at midnight', () => {
    // fetch needs the real setTimeout.
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    return withSimulator({ agents: 1, licenses: 1, speed: 1, startAt: '23:59' }, async (simulator) => {
      for (let request = 0; request < 1000; request += 1) await fetchReport(simulator)
      expect((await fetchReport(simulator)).status).toBe(403)
      vi.advanceTimersByTime(60_000)
      expect((await fetchReport(simulator)).status).toBe(200)
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({
        body: { day: 1, time: '00:00:00' },
      })
    })
  })
})
