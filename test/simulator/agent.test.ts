import { describe, expect, it } from 'vitest'
import { activities, auxiliary, SimulatedAgent } from '../../src/simulator/centre/agent.ts'
import { day } from '../../src/simulator/centre/time.ts'

const newAgent = () => new SimulatedAgent('1001', 'Cóndor 001')

describe('the daily totals of an agent', () => {
  it('add each second to the totals of its activity', () => {
    const agent = newAgent()
    agent.startActivity(activities.ready, 100)
    agent.startActivity(activities.ringing, 130)
    agent.startActivity(activities.inboundCall, 138)
    agent.startActivity(activities.afterCallWork, 338)
    agent.startActivity(activities.outboundCall, 378)
    agent.startActivity(auxiliary('Almuerzo'), 400)
    agent.startActivity(activities.loggedOut, 1000)
    expect(agent.totalsAt(5000).seconds).toEqual({
      ready: 38,
      ring: 8,
      inbound: 200,
      acw: 40,
      outbound: 22,
      aux: 600,
      login: 900,
    })
  })

  it('count internal calls as auxiliary time although the state is TALK', () => {
    const agent = newAgent()
    agent.startActivity(activities.internalCall, 0)
    expect(agent.activity.state).toBe('TALK')
    expect(agent.totalsAt(50).seconds).toMatchObject({ aux: 50, login: 50, inbound: 0, outbound: 0 })
  })

  it('include the current activity at every read', () => {
    const agent = newAgent()
    agent.startActivity(activities.ready, 10)
    expect(agent.totalsAt(15).seconds.ready).toBe(5)
    expect(agent.totalsAt(15).seconds.ready).toBe(5)
    expect(agent.totalsAt(20).seconds).toMatchObject({ ready: 10, login: 10 })
  })

  it('restart at midnight, while the activity of a working agent continues', () => {
    const agent = newAgent()
    agent.startActivity(activities.ready, day - 100)
    agent.startActivity(activities.inboundCall, day - 60)
    agent.countCall('inbound')
    agent.startNewDay(day)
    expect(agent.totalsAt(day + 5)).toEqual({
      seconds: { ready: 0, ring: 0, inbound: 5, acw: 0, outbound: 0, aux: 0, login: 5 },
      calls: { inbound: 0, outbound: 0, internal: 0 },
    })
    expect(agent.since).toBe(day - 60)
    expect(agent.worksToday).toBe(true)
  })

  it('do not mark an agent as working today after midnight if logged out', () => {
    const agent = newAgent()
    agent.startActivity(activities.ready, 100)
    agent.startActivity(activities.loggedOut, 200)
    expect(agent.worksToday).toBe(true)
    agent.startNewDay(day)
    expect(agent.worksToday).toBe(false)
  })

  it('add up two working periods of one day', () => {
    const agent = newAgent()
    agent.startActivity(activities.ready, 100)
    agent.startActivity(activities.loggedOut, 200)
    agent.startActivity(activities.ready, 500)
    expect(agent.totalsAt(550).seconds).toMatchObject({ ready: 150, login: 150 })
  })
})
