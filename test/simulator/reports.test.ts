import { describe, expect, it, vi } from 'vitest'
import { connectionOf } from '../../src/simulator/centre/network.ts'
import { hour } from '../../src/simulator/centre/time.ts'
import { campaignRecords } from '../../src/simulator/reports/campaigns.ts'
import { chatRecords, interactionRecords } from '../../src/simulator/reports/conversations.ts'
import { latencyRecords } from '../../src/simulator/reports/latency.ts'
import { skillRecords } from '../../src/simulator/reports/skills.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { centreAt, fetchReport, fetchReportNamed, recordsOfCentre, withSimulator } from './helpers.ts'

const centre = centreAt('11:15', 200)

/** Shows the second itself, so that a test can read it back. */
const formatDate = (second: number) => `second ${second}`

const count = /^\d+$/
const percentage = /^\d+(\.\d{1,2})? %$/
const percentageWithoutSpace = /^\d+\.\d{2}%$/
const compositeId = /^\d+( - |-)\S.* \d{3}$/
const dateTime = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/** Checks that each record has exactly these fields, in this order, and that each value matches. */
function expectFormat(records: readonly object[], format: Readonly<Record<string, RegExp>>): void {
  expect(records.length).toBeGreaterThan(0)
  for (const record of records) {
    expect(Object.keys(record)).toEqual(Object.keys(format))
    for (const [field, value] of Object.entries(record)) {
      expect(value, field).toBeTypeOf('string')
      expect(value, field).toMatch(format[field] ?? /^$/)
    }
  }
}

async function dataOf(simulator: Simulator, query: string): Promise<readonly Record<string, string>[]> {
  const { data } = (await (await fetchReport(simulator, { query })).json()) as {
    data: readonly Record<string, string>[]
  }
  return data
}

describe('the report of skills', () => {
  const always = {
    skill_id: count,
    skill_name: /^\p{Lu}\p{L}+$/u,
    calls_in_queue_now: count,
    stat_inbound: count,
    stat_answer: count,
    stat_abandon: count,
    service_level_10seg: percentage,
    service_level_20seg: percentage,
    service_level_30seg: percentage,
  }

  it.each([undefined, 10, 20, 30])(
    'has a level of 0 seconds, always 0 %%, with services_time %s',
    (servicesTime) => {
      const records = skillRecords(centre.skills, servicesTime)
      expectFormat(records, { ...always, service_level_0seg: /^0 %$/, by_abandon: percentage })
      expect(records).toHaveLength(8)
    },
  )

  it('has the level of services_time instead', () => {
    const records = skillRecords(centre.skills, 40)
    expectFormat(records, { ...always, service_level_40seg: percentage, by_abandon: percentage })
  })

  it('has the figures of the centre', () => {
    for (const [index, record] of skillRecords(centre.skills, 45).entries()) {
      const skill = centre.skills[index] ?? expect.fail()
      const ended = skill.answered + skill.abandoned
      expect(Number(record.stat_inbound)).toBe(
        Number(record.stat_answer) + Number(record.stat_abandon) + Number(record.calls_in_queue_now),
      )
      expect(Number(record.stat_answer)).toBe(skill.answered)
      for (const seconds of [10, 20, 30, 45]) {
        const level = Number.parseFloat(record[`service_level_${seconds}seg`] ?? '')
        expect(level).toBeCloseTo((100 * skill.answeredWithin(seconds)) / ended, 1)
      }
      expect(Number.parseFloat(record.by_abandon ?? '')).toBeCloseTo(
        (100 * skill.abandoned) / skill.arrived,
        1,
      )
    }
  })

  it('has zeros before the first call', () => {
    for (const record of skillRecords(centreAt('04:00', 30).skills, undefined)) {
      expect(record).toMatchObject({
        ...{ calls_in_queue_now: '0', stat_inbound: '0', stat_answer: '0', stat_abandon: '0' },
        ...{ service_level_10seg: '0 %', service_level_30seg: '0 %', by_abandon: '0 %' },
      })
    }
  })

  it.each(['', '&skill_id='])('needs skill_id: %j is an error', (parameter) =>
    withSimulator({}, async (simulator) => {
      const response = await fetchReport(simulator, { query: `?api=skills${parameter}` })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        code: 400,
        error: 'BAD REQUEST',
        msg: 'SOME PARAMETERS ARE REQUIRED',
        data: null,
      })
    }),
  )

  it('has all skills, one skill, or none, by skill_id', () =>
    withSimulator({}, async (simulator) => {
      const all = await dataOf(simulator, '?api=skills&skill_id=all')
      expect(all.map(({ skill_name }) => skill_name)).toEqual(['Ventas', 'Soporte', 'Cobranzas', 'Retención'])
      expect(await dataOf(simulator, '?api=skills&skill_id=2102')).toEqual(all.slice(1, 2))
      expect(await dataOf(simulator, '?api=skills&skill_id=1')).toEqual([])
    }))

  it.each([
    ['40', 'service_level_40seg'],
    ['20', 'service_level_0seg'],
    ['0', 'service_level_0seg'],
    ['-5', 'service_level_0seg'],
    ['diez', 'service_level_0seg'],
    ['', 'service_level_0seg'],
  ])('with services_time=%s has the field %s', (servicesTime, field) =>
    withSimulator({}, async (simulator) => {
      const [record = {}] = await dataOf(simulator, `?api=skills&skill_id=all&services_time=${servicesTime}`)
      expect(Object.keys(record)).toHaveLength(11)
      expect(record).toHaveProperty(field)
    }),
  )
})

describe('the report of campaigns', () => {
  it('has the documented fields', () => {
    expectFormat(campaignRecords(centre.campaigns, centre.now), {
      campaign: /^\d{5} - [\p{L} ]+ - [\p{L} ]+ \(.+\)$/u,
      speed: count,
      status: /^(started|stopped)$/,
      skill_id: /^21\d\d$/,
      records: count,
      clean: count,
      dial: count,
      answer: count,
      no_answer: count,
      'busy/congestion/failed': count,
      answer_machine: count,
      penetration_day: percentage,
      penetration_now: percentage,
      hits: count,
      calls_x_min: count,
      recycled: count,
    })
  })

  it('has the figures of the centre, and results that add up', () => {
    for (const [index, record] of campaignRecords(centre.campaigns, centre.now).entries()) {
      const campaign = centre.campaigns[index] ?? expect.fail()
      const number = (field: keyof typeof record) => Number(record[field])
      expect(record.campaign).toBe(`${campaign.plan.id} - ${campaign.plan.name} - ${campaign.plan.strategy}`)
      expect(number('dial')).toBeGreaterThan(0)
      expect(number('dial')).toBe(campaign.dialed)
      expect(number('answer')).toBe(campaign.results.answered)
      expect(
        number('answer') + number('no_answer') + number('busy/congestion/failed') + number('answer_machine'),
      ).toBe(number('dial'))
      expect(number('records')).toBe(number('clean') + number('dial') - number('recycled'))
      const dialedOnce = number('records') - number('clean')
      expect(Number.parseFloat(record.penetration_day)).toBeCloseTo((100 * dialedOnce) / number('records'), 1)
      expect(record.status).toBe('started')
    }
  })

  it('shows the progress of the second pass through the list', () => {
    const evening = centreAt('16:00', 200)
    const records = campaignRecords(evening.campaigns, evening.now)
    const recycling = records.filter(({ recycled }) => recycled !== '0')
    expect(recycling.map(({ campaign }) => campaign.split(' - ')[1])).toEqual(['Recordatorio de pago'])
    for (const { clean, penetration_day, penetration_now, dial, records: list } of recycling) {
      expect([clean, penetration_day]).toEqual(['0', '100 %'])
      expect(Number.parseFloat(penetration_now)).toBeLessThan(100)
      expect(Number(dial)).toBeGreaterThan(Number(list))
    }
  })

  it('is stopped at night', () => {
    const night = centreAt('23:00', 50)
    for (const { status } of campaignRecords(night.campaigns, night.now)) expect(status).toBe('stopped')
  })
})

describe('the report of latency', () => {
  const [record = expect.fail()] = latencyRecords(centre.agents, centre.network, centre.now, formatDate)
  const line = { tx_jitter: count, rx_jitter: count }
  const losses = { tx_ploss: percentageWithoutSpace, rx_ploss: percentageWithoutSpace }

  it('is one record with three lists', () => {
    expect(latencyRecords(centre.agents, centre.network, centre.now, formatDate)).toHaveLength(1)
    expect(Object.keys(record)).toEqual(['by_agent', 'by_ip', 'by_pbx'])
  })

  it('has the documented fields of agents and trunks', () => {
    expectFormat(record.by_agent, {
      agent_id: compositeId,
      latency_ms: count,
      ip: /^\d+\.\d+\.\d+\.\d+$/,
      version: /^(\d\.\d\.\d)?$/,
      agent_status: /\S/,
      ...line,
      ...losses,
      network_rejection: /^\d+%$/,
      connection_type: /^(Ethernet|Wifi)$/,
      platform: /^(app|web)$/,
      last_date: /^second \d+$/,
    })
    expectFormat(record.by_pbx, { user: /^troncal_/, status: /^OK$/, ...line, ...losses })
    expectFormat(record.by_ip, { ip: /^\d+\.\d+\.\d+\.\d+$/, agents: count, latency_ms: count })
  })

  it('has exactly the agents with an active session, with the names of the report of agents', () => {
    const expected = recordsOfCentre(centre)
      .filter(({ agent_status }) => agent_status !== 'Logout')
      .map(({ agent_id, agent_name, agent_status }) => [agent_id, agent_name, agent_status])
    const split = record.by_agent.map(({ agent_id, agent_status }) => {
      const [, id, name] = /^(\d+) ?- ?(.*)$/.exec(agent_id) ?? []
      return [id, name, agent_status]
    })
    expect(split).toEqual(expected)
    expect(split.length).toBeGreaterThan(50)
    expect(split.length).toBeLessThan(200)
  })

  it('writes composite ids with and without spaces', () => {
    const spaced = record.by_agent.filter(({ agent_id }) => agent_id.includes(' - '))
    expect(spaced.length).toBeGreaterThan(10)
    expect(spaced.length).toBeLessThan(record.by_agent.length / 2)
  })

  it('has measurements of the last minute', () => {
    for (const { last_date } of record.by_agent) {
      const age = centre.now - Number(last_date.split(' ')[1])
      expect(age).toBeGreaterThanOrEqual(0)
      expect(age).toBeLessThan(60)
    }
  })

  it('shows the bad hour: many agents of one site with latency, loss and rejection', () => {
    const { from, to } = centre.network.badHour(0) ?? expect.fail()
    const poorAt = (second: number) => {
      const at = centreAt('00:00', 200)
      at.advanceTo(second)
      const [latency = expect.fail()] = latencyRecords(at.agents, at.network, at.now, formatDate)
      return latency.by_agent.filter(
        ({ latency_ms, rx_ploss, network_rejection }) =>
          Number(latency_ms) > 400 &&
          Number.parseFloat(rx_ploss) > 1 &&
          Number.parseInt(network_rejection, 10) > 1,
      ).length
    }
    expect(poorAt(from + hour / 2)).toBeGreaterThan(10)
    expect(poorAt(from - 60)).toBe(0)
    expect(poorAt(to + 60)).toBe(0)
  })

  it('groups the agents by address', () => {
    const counted = record.by_ip.reduce((sum, { agents }) => sum + Number(agents), 0)
    expect(counted).toBe(record.by_agent.length)
    expect(new Set(record.by_ip.map(({ ip }) => ip)).size).toBe(record.by_ip.length)
    expect(record.by_ip.some(({ agents }) => Number(agents) > 20)).toBe(true)
    expect(record.by_agent.map(({ ip }) => ip)).toContain(connectionOf(0).ip)
  })

  it('has no agents at night, but trunks', () => {
    const night = centreAt('03:00', 20)
    const [latency] = latencyRecords(night.agents, night.network, night.now, formatDate)
    expect(latency).toMatchObject({ by_agent: [], by_ip: [], by_pbx: [{}, {}] })
  })
})

describe('the dates in a response', () => {
  it.each([
    ['America/Bogota', '2026-03-01 22:30'],
    ['Europe/Madrid', '2026-03-02 04:30'],
  ])('are real times in the time zone %s', (timeZone, expected) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 2, 2, 3, 30, 59) })
    onTestFinished(() => void vi.useRealTimers())
    return withSimulator({ agents: 40, startAt: '10:30', timeZone }, async (simulator) => {
      const [latency = expect.fail()] = simulator.records('latency') as [
        { by_agent: readonly { last_date: string }[] },
      ]
      expect(latency.by_agent.length).toBeGreaterThan(5)
      for (const { last_date } of latency.by_agent) expect(last_date).toMatch(dateTime)
      // Each measurement is at most a minute old.
      expect(new Set(latency.by_agent.map(({ last_date }) => last_date.slice(0, 16)))).toContain(expected)
      for (const { last_date } of latency.by_agent)
        expect(last_date >= `${expected.slice(0, 14)}30:00`).toBe(true)
    })
  })
})

describe('the report of chats', () => {
  const records = chatRecords(centre.agents, centre.chats, centre.now, formatDate)

  it('has the documented fields, and all values are strings', () => {
    expect(records.length).toBeGreaterThan(10)
    for (const record of records) {
      expect(Object.keys(record)).toEqual(['agent_id', 'active_chats'])
      expect(record.agent_id).toMatch(compositeId)
    }
    const chats = records.flatMap(({ active_chats }) => active_chats)
    const withoutMessages = chats.map(({ conversation: _, ...chat }) => chat)
    expectFormat(withoutMessages, {
      conn_id: /^chat-\d{8}$/,
      channel: /^(whatsapp|web|facebook|telegram)$/,
      connector_id: /-conector$/,
      customer_phone: /^\+00 000 \d{7}$/,
    })
    expect(Object.keys(chats[0] ?? {})).toEqual([
      ...['conn_id', 'channel', 'connector_id', 'customer_phone', 'conversation'],
    ])
    expectFormat(
      chats.flatMap(({ conversation }) => conversation),
      {
        date: /^second \d+$/,
        from: /^(agente|\p{Lu}\p{L}+ \d+)$/u,
        message: /^Texto inventado \d+\.\d+: /,
      },
    )
  })

  it('has the chats of the centre, each with the agent who holds it', () => {
    const expected = [...centre.chats.active()].map(([{ id, name }, chats]) => [
      `${id} ${name}`,
      chats.length,
    ])
    const actual = records.map(({ agent_id, active_chats }) => [
      agent_id.replace(/ ?- ?/, ' '),
      active_chats.length,
    ])
    expect(new Map(actual as [string, number][])).toEqual(new Map(expected as [string, number][]))
    expect(records.some(({ active_chats }) => active_chats.length === 0)).toBe(true)
  })

  it('has messages that are not from the future', () => {
    for (const { active_chats } of records) {
      for (const { conversation } of active_chats) {
        expect(conversation.length).toBeGreaterThan(0)
        for (const { date } of conversation)
          expect(Number(date.split(' ')[1])).toBeLessThanOrEqual(centre.now)
      }
    }
  })
})

describe('the report of interactions', () => {
  const records = interactionRecords(centre.agents, centre.interactions, formatDate)

  it('has the documented fields, and all values are strings', () => {
    for (const record of records) {
      expect(Object.keys(record)).toEqual(['agent_id', 'active_interactions'])
      expect(record.agent_id).toMatch(compositeId)
    }
    expectFormat(
      records.flatMap(({ active_interactions }) => active_interactions),
      {
        conn_id: /^caso-\d{8}$/,
        subject: /^Asunto inventado \d+ /,
        fromname: /^\p{Lu}\p{L}+ \d+$/u,
        date: /^second \d+$/,
      },
    )
  })

  it('has the interactions of the centre', () => {
    const expected = [...centre.interactions.active()].reduce((sum, [, active]) => sum + active.length, 0)
    const actual = records.reduce((sum, { active_interactions }) => sum + active_interactions.length, 0)
    expect(actual).toBe(expected)
    expect(actual).toBeGreaterThan(10)
  })
})

describe('customers', () => {
  it('share no name with an agent', () => {
    const agentNames = new Set(centre.agents.map(({ name }) => name.split(' ')[0]))
    const interactions = interactionRecords(centre.agents, centre.interactions, formatDate)
    const names = interactions.flatMap(({ active_interactions }) =>
      active_interactions.map(({ fromname }) => fromname.split(' ')[0]),
    )
    expect(names.filter((name) => agentNames.has(name))).toEqual([])
  })
})

describe.each(['skills', 'campaigns', 'latency', 'chats', 'interactions'] as const)(
  'the API of %s',
  (api) => {
    it('sends the records in an envelope', () =>
      withSimulator({}, async (simulator) => {
        const expected = simulator.records(api, { skill_id: 'all' })
        const body = (await (await fetchReportNamed(simulator, api)).json()) as { data: readonly object[] }
        expect(body).toMatchObject({ code: 200, error: null, msg: `${expected.length} records were found` })
        expect(Object.keys(body)).toEqual(['code', 'error', 'msg', 'data'])
        // The dates follow the real time.
        const withoutDates = (value: unknown) => JSON.stringify(value).replace(/\d{4}-[-\d]+ [:\d]+/g, 'date')
        expect(withoutDates(body.data)).toBe(withoutDates(expected))
      }))

    it('is the same on the same day with the same seed', () =>
      withSimulator({ seed: 5 }, (first) =>
        withSimulator({ seed: 5 }, (second) =>
          withSimulator({ seed: 6 }, async (other) => {
            const state = (simulator: Simulator) =>
              JSON.stringify(simulator.records(api, { skill_id: 'all' })).replace(
                /\d{4}-[-\d]+ [:\d]+/g,
                'date',
              )
            expect(state(first)).toBe(state(second))
            expect(state(first)).not.toBe(state(other))
          }),
        ),
      ))

    it.each([0, 1, 5])('works with %d agents', (agents) =>
      withSimulator({ agents, licenses: 1 }, async (simulator) => {
        const response = await fetchReportNamed(simulator, api)
        expect(response.status).toBe(200)
        expect(await response.json()).toMatchObject({ code: 200, data: expect.any(Array) })
      }),
    )
  },
)
