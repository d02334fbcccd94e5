import { describe, expect, it } from 'vitest'
import { activities } from '../../src/simulator/centre/agent.ts'
import { Centre } from '../../src/simulator/centre/centre.ts'
import { chatPlan, interactionPlan } from '../../src/simulator/centre/conversations.ts'
import { day, hour } from '../../src/simulator/centre/time.ts'
import { centreAt } from './helpers.ts'

describe.each([
  { kind: 'chats' as const, plan: chatPlan },
  { kind: 'interactions' as const, plan: interactionPlan },
])('the $kind', ({ kind, plan }) => {
  it.each([1, 7, 100])(
    'of %d agents have started and either ended or are active, at any second',
    (agents) => {
      const centre = new Centre({ agents, seed: 8 })
      for (let second = 6 * hour; second < 23 * hour; second += 509) {
        centre.advanceTo(second)
        const active = [...centre[kind].active()].reduce(
          (sum, [, conversations]) => sum + conversations.length,
          0,
        )
        expect(centre[kind].ended + active).toBe(centre[kind].started)
      }
      expect(centre[kind].started).toBeGreaterThan(0)
      expect([...centre[kind].active()]).toEqual([])
    },
  )

  it('belong to agents who are logged in, at most as many as an agent can hold', () => {
    const centre = new Centre({ agents: 100, seed: 8 })
    let most = 0
    for (let second = 6 * hour; second < 22 * hour; second += 509) {
      centre.advanceTo(second)
      for (const [agent, conversations] of centre[kind].active()) {
        expect(agent.activity).not.toBe(activities.loggedOut)
        expect(conversations.length).toBeLessThanOrEqual(plan.maxPerAgent)
        most = Math.max(most, conversations.length)
      }
    }
    expect(most).toBe(plan.maxPerAgent)
  })

  it('have different numbers and start in their order', () => {
    const centre = centreAt('15:00', 200)
    const all = [...centre[kind].active()].flatMap(([, conversations]) => conversations)
    const byNumber = all.toSorted((one, other) => one.number - other.number)
    expect(new Set(all.map(({ number }) => number)).size).toBe(all.length)
    expect(byNumber.map(({ startedAt }) => startedAt)).toEqual(
      byNumber.map(({ startedAt }) => startedAt).sort((one, other) => one - other),
    )
    for (const { startedAt, channel } of all) {
      expect(startedAt).toBeLessThanOrEqual(centre.now)
      expect(plan.channels).toContain(channel)
    }
  })

  it('are the same with the same seed and differ with another', () => {
    const state = (seed: number) =>
      [...centreAt('12:00', 60, seed)[kind].active()].map(([{ id }, list]) => [id, list])
    expect(state(3)).toEqual(state(3))
    expect(state(3)).not.toEqual(state(4))
  })

  it('start again on the next day', () => {
    const centre = new Centre({ agents: 60, seed: 1 })
    centre.advanceTo(day)
    const { started } = centre[kind]
    centre.advanceTo(day + 12 * hour)
    expect(centre[kind].started).toBeGreaterThan(started)
  })
})
