import { describe, expect, it } from 'vitest'
import { agentFamilies, fieldReaders } from '../../src/exposition/agent-families.ts'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import { readRecords } from '../../src/wolkvox/records.ts'
import { aRecord, parseExposition, textOfSegments } from '../support/helpers.ts'

const fetchedAt = Date.UTC(2026, 2, 10, 15, 0, 0)

async function render(...records: unknown[]) {
  const context = { fetchedAt, timeZone: 'America/Bogota' }
  const { agents, columns } = readRecords(records, fieldReaders, context, (name) => name)
  const page = await renderAgents({ fetchedAt, agents, columns, records: records.length, bytes: 0 }, 'ventas')
  const text = textOfSegments(page)
  return text === '' ? [] : parseExposition(text)
}

const identity = { operation: 'ventas', agent_id: '1001', agent_name: 'Cóndor 001' }

/** The table that is promised to the outside: field, metric, and the value that `aRecord` gives. */
const promised = [
  ['calls', 'wolkvox_agent_calls', 10],
  ['inbound', 'wolkvox_agent_inbound_calls', 7],
  ['outbound', 'wolkvox_agent_outbound_calls', 2],
  ['internal', 'wolkvox_agent_internal_calls', 1],
  ['time_state_now', 'wolkvox_agent_time_in_state_seconds', 65],
  ['time_state_now', 'wolkvox_agent_state_start_timestamp_seconds', fetchedAt / 1000 - 65],
  ['ready_time', 'wolkvox_agent_ready_seconds', 3600],
  ['inbound_time', 'wolkvox_agent_inbound_seconds', 1800],
  ['outbound_time', 'wolkvox_agent_outbound_seconds', 600],
  ['acw_time', 'wolkvox_agent_acw_seconds', 300],
  ['ring_time', 'wolkvox_agent_ring_seconds', 60],
  ['login_time', 'wolkvox_agent_login_seconds', 7200],
  ['aht_time', 'wolkvox_agent_aht_seconds', 270],
  ['ocupation', 'wolkvox_agent_occupancy_ratio', 0.4286],
  ['aux_time', 'wolkvox_agent_aux_seconds', 900],
] as const

describe('the families of agents', () => {
  it('are those that are promised, and no other', () => {
    expect(agentFamilies.map(({ field, name }) => [field, name])).toEqual([
      ...promised.map(([field, name]) => [field, name]),
      ['agent_status', 'wolkvox_agent_state'],
    ])
  })

  it.each(promised)('%s is %s', async (field, name, value) => {
    expect((await render(aRecord())).filter((sample) => sample.name === name)).toEqual([
      { name, labels: identity, value },
    ])
    expect((await render(aRecord({ [field]: '-' }))).filter((sample) => sample.name === name)).toEqual([])
    expect(
      (await render(aRecord({ [field]: 'unreadable' }))).filter((sample) => sample.name === name),
    ).toEqual([])
  })

  it('agent_status is wolkvox_agent_state: one series an agent, with the state and its category', async () => {
    const samples = await render(
      aRecord({ agent_status: 'Almuerzo' }),
      aRecord({ agent_id: '2', agent_status: ' READY ' }),
      aRecord({ agent_id: '3', agent_status: '' }),
    )
    const states = samples.filter(({ name }) => name === 'wolkvox_agent_state')
    expect(
      states.map(({ labels: { agent_id, state, category }, value }) => [agent_id, state, category, value]),
    ).toEqual([
      ['1001', 'Almuerzo', 'aux', 1],
      ['2', 'READY', 'ready', 1],
      ['3', '', 'unknown', 1],
    ])
  })

  it('have the same labels on every sample, the name too where there is none', async () => {
    const samples = await render(aRecord({ agent_name: '' }))
    expect(samples).toHaveLength(agentFamilies.length)
    for (const { labels } of samples) expect(labels).toMatchObject({ ...identity, agent_name: '' })
  })

  it.each(agentFamilies)(
    '$name is a gauge whose HELP names the field and the age of the value',
    ({ type, help, field }) => {
      expect(type).toBe('gauge')
      expect(help).toContain(`wolkvox field ${field}`)
      expect(help).toContain('as old as the last refresh')
    },
  )

  it('begin a state at the moment of the fetch less the time in it, to the millisecond', async () => {
    const samples = await render(aRecord({ time_state_now: '0.25' }))
    const sample = samples.find(({ name }) => name.includes('state_start'))
    expect(sample?.value).toBe(fetchedAt / 1000 - 0.25)
  })
})
