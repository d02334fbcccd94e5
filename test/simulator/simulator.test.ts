import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Simulator, simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { callApi, centreAt, recordsOf, withSimulator } from './helpers.ts'

async function controlCall(
  { url }: Simulator,
  path: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, answer: await response.json() }
}

describe('the simulator', () => {
  it('starts in the middle of a working day', () =>
    withSimulator({ agents: 40, seed: 3, startAt: '14:15' }, async (simulator) => {
      expect(simulator.report()).toEqual(recordsOf(centreAt('14:15', 40, 3)))
    }))

  it('stands still at speed 0', () =>
    withSimulator({ speed: 0 }, async (simulator) => {
      const before = simulator.report()
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect(simulator.report()).toEqual(before)
    }))

  it('listens on a free port where it says', () =>
    withSimulator({ port: 0 }, async (simulator) => {
      expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect((await callApi(simulator)).status).toBe(200)
    }))

  it('says by its code that the port is in use', () =>
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
  ])('refuses to start with %j', async (options) => {
    await expect(startSimulator({ ...simulatorDefaults, port: 0, ...options })).rejects.toThrow(RangeError)
  })

  it('works without any agents', () =>
    withSimulator({ agents: 0, licenses: 1 }, async (simulator) => {
      expect(await (await callApi(simulator)).json()).toMatchObject({ code: 200, data: [] })
    }))

  it('ends promptly, with hanging calls and sockets kept alive', async () => {
    const simulator = await startSimulator({ ...simulatorDefaults, agents: 5, port: 0 })
    await (await callApi(simulator)).text()
    simulator.setFault('hang')
    const hanging = callApi(simulator).catch((error: unknown) => error)
    await expect.poll(() => simulator.calls).toBe(2)
    const begun = performance.now()
    await simulator.close()
    expect(performance.now() - begun).toBeLessThan(500)
    expect(await hanging).toBeInstanceOf(TypeError)
    await expect(callApi(simulator)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})

describe('the control path', () => {
  it('tells the simulated time, the calls so far and the present fault', () =>
    withSimulator({ startAt: '10:30' }, async (simulator) => {
      await callApi(simulator)
      simulator.setFault('quota')
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({
        status: 200,
        answer: { day: 0, time: '10:30:00', calls: 1, requests: 1, fault: 'quota' },
      })
    }))

  it('switches a fault on and off', () =>
    withSimulator({}, async (simulator) => {
      const on = await controlCall(simulator, '/simulator/fault', 'PUT', { fault: 'maintenance' })
      expect(on).toMatchObject({ status: 200, answer: { fault: 'maintenance' } })
      expect((await callApi(simulator)).status).toBe(403)
      const off = await controlCall(simulator, '/simulator/fault', 'DELETE')
      expect(off).toMatchObject({ status: 200, answer: { fault: null } })
      expect((await callApi(simulator)).status).toBe(200)
    }))

  it.each([{ fault: 'unicorn' }, {}, 'maintenance'])('refuses %j as a fault, leaving all as it was', (body) =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('html')
      expect(await controlCall(simulator, '/simulator/fault', 'PUT', body)).toMatchObject({ status: 400 })
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({ answer: { fault: 'html' } })
    }),
  )

  it('lists the known faults when one is not known', () =>
    withSimulator({}, async (simulator) => {
      const { answer } = await controlCall(simulator, '/simulator/fault', 'PUT', { fault: 'unicorn' })
      expect(answer).toMatchObject({
        message: expect.stringMatching(/^no such fault; known are maintenance, quota, /),
      })
    }))
})

describe('an agent held in a state', () => {
  const hold = { agents: ['1002', '1004'], state: 'ACW', seconds: 2400 }

  it('is shown in it for as long, all else unchanged, and as it was once let go', () =>
    withSimulator({}, async (simulator) => {
      const before = simulator.report()
      expect(await controlCall(simulator, '/simulator/agents', 'PUT', hold)).toMatchObject({
        status: 200,
        answer: { held: ['1002', '1004'] },
      })
      expect(simulator.report()).toEqual(
        before.map((record) =>
          hold.agents.includes(record.agent_id)
            ? { ...record, agent_status: 'ACW', time_state_now: '2400' }
            : record,
        ),
      )
      expect(await controlCall(simulator, '/simulator/agents', 'DELETE')).toMatchObject({
        answer: { held: [] },
      })
      expect(simulator.report()).toEqual(before)
    }))

  it('stays in it as time goes by, whatever its day would bring', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    return withSimulator({ speed: 60 }, async (simulator) => {
      await controlCall(simulator, '/simulator/agents', 'PUT', { ...hold, seconds: 30 })
      vi.advanceTimersByTime(60_000)
      expect(simulator.report()[1]).toMatchObject({ agent_status: 'ACW', time_state_now: '3630' })
    })
  })

  it('does not let others go, but leaves the state that it was held in before', () =>
    withSimulator({}, async (simulator) => {
      await controlCall(simulator, '/simulator/agents', 'PUT', hold)
      await controlCall(simulator, '/simulator/agents', 'PUT', { ...hold, agents: ['1004'], state: 'RING' })
      const states = simulator.report().map(({ agent_status }) => agent_status)
      expect([states[1], states[3]]).toEqual(['ACW', 'RING'])
    }))

  it.each([
    [404, { ...hold, agents: ['1002', '7'] }],
    [400, { ...hold, seconds: -1 }],
    [400, { ...hold, state: '' }],
    [400, {}],
  ])('is refused with %s for %j, and nobody is held', (status, body) =>
    withSimulator({}, async (simulator) => {
      expect(await controlCall(simulator, '/simulator/agents', 'PUT', body)).toMatchObject({ status })
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({ answer: { held: [] } })
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
  ])('runs at $speed times the real one', ({ speed, realSeconds, simulated }) => {
    vi.useFakeTimers()
    return withSimulator({ agents: 30, speed }, async (simulator) => {
      vi.advanceTimersByTime(realSeconds * 1000)
      expect(simulator.report()).toEqual(recordsOf(centreAt(simulated, 30)))
    })
  })

  it('turns into a new day at midnight, with a new quota', () => {
    // Not all of them: fetch needs its own.
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    return withSimulator({ agents: 1, licenses: 1, speed: 1, startAt: '23:59' }, async (simulator) => {
      for (let call = 0; call < 1000; call += 1) await callApi(simulator)
      expect((await callApi(simulator)).status).toBe(403)
      vi.advanceTimersByTime(60_000)
      expect((await callApi(simulator)).status).toBe(200)
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({
        answer: { day: 1, time: '00:00:00' },
      })
    })
  })
})
