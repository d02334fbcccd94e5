import { describe, expect, it, vi } from 'vitest'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { controlCall, withSimulator } from './helpers.ts'

/** Runs `use` with a simulator whose clock a test advances, in seconds. */
function withClock(
  agents: number,
  use: (simulator: Simulator, advance: (seconds: number) => void) => Promise<void>,
): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  return withSimulator({ agents, speed: 1, calm: true }, (simulator) =>
    use(simulator, (seconds) => vi.advanceTimersByTime(seconds * 1000)),
  )
}

type Row = Readonly<Record<string, string>>

const rowsOf = (simulator: Simulator, report: 'skills' | 'campaigns') =>
  simulator.records(report, { skill_id: 'all' }) as readonly Row[]

const latencyOf = (simulator: Simulator) => {
  const [record = expect.fail()] = simulator.records('latency') as [{ by_agent: readonly Row[] }]
  return record.by_agent
}

describe('the control API', () => {
  it('lists the ids of skills and campaigns', () =>
    withSimulator({}, async (simulator) => {
      expect(await controlCall(simulator, '/simulator', 'GET')).toMatchObject({
        body: { skills: ['2101', '2102', '2103', '2104'], campaigns: ['32841', '32842', '32843'] },
      })
    }))

  it.each([
    ['/simulator/skills', { skills: ['2101', '1'], demand: 2 }, 404],
    ['/simulator/skills', { skills: ['2101'], demand: -1 }, 400],
    ['/simulator/skills', { skills: ['2101'] }, 400],
    ['/simulator/campaigns', { campaigns: ['1'], status: 'stopped' }, 404],
    ['/simulator/campaigns', { campaigns: ['32841'], status: 'paused' }, 400],
    ['/simulator/campaigns', { campaigns: ['32841'], answering_machine_share: 1.1 }, 400],
    ['/simulator/network', { agents: ['7'] }, 404],
    ['/simulator/network', {}, 400],
  ])('%s rejects %j with %s', (path, body, status) =>
    withSimulator({}, async (simulator) => {
      const before = [rowsOf(simulator, 'skills'), rowsOf(simulator, 'campaigns')]
      expect(await controlCall(simulator, path, 'PUT', body)).toMatchObject({ status })
      expect([rowsOf(simulator, 'skills'), rowsOf(simulator, 'campaigns')]).toEqual(before)
    }),
  )
})

describe('an override of demand', () => {
  it('fills the queue of the skill until it is removed', () =>
    withClock(60, async (simulator, advance) => {
      const arrivalsIn = (seconds: number) => {
        const before = Number(rowsOf(simulator, 'skills')[1]?.stat_inbound)
        advance(seconds)
        return Number(rowsOf(simulator, 'skills')[1]?.stat_inbound) - before
      }
      const usual = arrivalsIn(1800)
      await controlCall(simulator, '/simulator/skills', 'PUT', { skills: ['2102'], demand: 6 })
      expect(arrivalsIn(1800)).toBeGreaterThan(3 * usual)
      expect(Number(rowsOf(simulator, 'skills')[1]?.calls_in_queue_now)).toBeGreaterThan(5)
      await controlCall(simulator, '/simulator/skills', 'DELETE')
      expect(arrivalsIn(1800)).toBeLessThan(2 * usual)
    }))
})

describe('an override of a campaign', () => {
  it('stops it, then follows the schedule again', () =>
    withClock(60, async (simulator, advance) => {
      const dialedIn = (seconds: number) => {
        const before = Number(rowsOf(simulator, 'campaigns')[0]?.dial)
        advance(seconds)
        return Number(rowsOf(simulator, 'campaigns')[0]?.dial) - before
      }
      await controlCall(simulator, '/simulator/campaigns', 'PUT', { campaigns: ['32841'], status: 'stopped' })
      expect(rowsOf(simulator, 'campaigns').map(({ status }) => status)).toEqual([
        ...['stopped', 'started', 'started'],
      ])
      dialedIn(60)
      expect(dialedIn(1800)).toBe(0)
      await controlCall(simulator, '/simulator/campaigns', 'DELETE')
      expect(rowsOf(simulator, 'campaigns')[0]?.status).toBe('started')
      expect(dialedIn(1800)).toBeGreaterThan(10)
    }))

  it('changes the share of answering machines', () =>
    withClock(200, async (simulator, advance) => {
      const body = { campaigns: ['32842'], answering_machine_share: 1 }
      await controlCall(simulator, '/simulator/campaigns', 'PUT', body)
      // Calls in progress keep their result.
      advance(60)
      const before = rowsOf(simulator, 'campaigns')[1] ?? expect.fail()
      advance(1800)
      const after = rowsOf(simulator, 'campaigns')[1] ?? expect.fail()
      expect(Number(after.dial)).toBeGreaterThan(Number(before.dial) + 30)
      expect(Number(after.answer_machine) - Number(before.answer_machine)).toBe(
        Number(after.dial) - Number(before.dial),
      )
      expect(after.answer).toBe(before.answer)
    }))
})

describe('an override of the network', () => {
  it('makes the connections of the agents poor until it is removed', () =>
    withSimulator({ agents: 20, calm: true }, async (simulator) => {
      const ids = latencyOf(simulator)
        .slice(0, 3)
        .map(({ agent_id }) => /^\d+/.exec(agent_id ?? '')?.[0] ?? '')
      const poor = () =>
        latencyOf(simulator)
          .filter(
            ({ latency_ms, rx_ploss }) => Number(latency_ms) > 400 && Number.parseFloat(rx_ploss ?? '') > 1,
          )
          .map(({ agent_id }) => /^\d+/.exec(agent_id ?? '')?.[0])
      expect(poor()).toEqual([])
      await controlCall(simulator, '/simulator/network', 'PUT', { agents: ids })
      expect(poor()).toEqual(ids)
      await controlCall(simulator, '/simulator/network', 'DELETE')
      expect(poor()).toEqual([])
    }))
})

describe('a state override', () => {
  it('is shown in the report of latency, too', () =>
    withSimulator({ agents: 20 }, async (simulator) => {
      const [first = expect.fail()] = latencyOf(simulator)
      const id = /^\d+/.exec(first.agent_id ?? '')?.[0] ?? ''
      await controlCall(simulator, '/simulator/agents', 'PUT', {
        agents: [id],
        state: 'Brigada',
        seconds: 60,
      })
      const states = latencyOf(simulator).map(({ agent_status }) => agent_status)
      expect(states[0]).toBe('Brigada')
      expect(states.slice(1)).not.toContain('Brigada')
    }))
})
