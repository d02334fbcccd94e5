import { describe, expect, it } from 'vitest'
import { activities, auxiliary } from '../../src/simulator/centre/activities.ts'
import { Agent } from '../../src/simulator/centre/agent.ts'
import { day } from '../../src/simulator/centre/time.ts'

const newAgent = () => new Agent('1001', 'Cóndor 001')

describe('the time sheet of an agent', () => {
  it('adds each second to the totals of the activity it was spent in', () => {
    const agent = newAgent()
    agent.begin(activities.ready, 100)
    agent.begin(activities.ringing, 130)
    agent.begin(activities.inboundCall, 138)
    agent.begin(activities.afterCallWork, 338)
    agent.begin(activities.outboundCall, 378)
    agent.begin(auxiliary('Almuerzo'), 400)
    agent.begin(activities.loggedOut, 1000)
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

  it('counts time on internal calls as auxiliary though the state is TALK', () => {
    const agent = newAgent()
    agent.begin(activities.internalCall, 0)
    expect(agent.activity.state).toBe('TALK')
    expect(agent.totalsAt(50).seconds).toMatchObject({ aux: 50, login: 50, inbound: 0, outbound: 0 })
  })

  it('includes the activity under way, asked as often as you like', () => {
    const agent = newAgent()
    agent.begin(activities.ready, 10)
    expect(agent.totalsAt(15).seconds.ready).toBe(5)
    expect(agent.totalsAt(15).seconds.ready).toBe(5)
    expect(agent.totalsAt(20).seconds).toMatchObject({ ready: 10, login: 10 })
  })

  it('starts anew at midnight for an agent who is at work then, whose state goes on', () => {
    const agent = newAgent()
    agent.begin(activities.ready, day - 100)
    agent.begin(activities.inboundCall, day - 60)
    agent.countCall('inbound')
    agent.turnDay(day)
    expect(agent.totalsAt(day + 5)).toEqual({
      seconds: { ready: 0, ring: 0, inbound: 5, acw: 0, outbound: 0, aux: 0, login: 5 },
      calls: { inbound: 0, outbound: 0, internal: 0 },
    })
    expect(agent.since).toBe(day - 60)
    expect(agent.worksToday).toBe(true)
  })

  it('forgets after midnight that an agent has worked who is at home then', () => {
    const agent = newAgent()
    agent.begin(activities.ready, 100)
    agent.begin(activities.loggedOut, 200)
    expect(agent.worksToday).toBe(true)
    agent.turnDay(day)
    expect(agent.worksToday).toBe(false)
  })

  it('adds up two spells of work on one day', () => {
    const agent = newAgent()
    agent.begin(activities.ready, 100)
    agent.begin(activities.loggedOut, 200)
    agent.begin(activities.ready, 500)
    expect(agent.totalsAt(550).seconds).toMatchObject({ ready: 150, login: 150 })
  })
})
