import { describe, expect, it } from 'vitest'
import { agentFamilies, agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { aSnapshot, FETCHED_AT, readAgents, renderAgents } from '../../support/agents.ts'
import { textOfSegments } from '../../support/exposition-texts.ts'

async function render(...records: unknown[]) {
  const { agents, columns } = readAgents(...records)
  return parseExposition(textOfSegments(await renderAgents(aSnapshot(agents, columns), 'ventas')))
}

const identity = { operation: 'ventas', agent_id: '1001', agent_name: 'Cóndor 001' }

/** The documented table: field, metric, and the value for `aRecord`. */
const documented = [
  ['calls', 'wolkvox_agent_calls', 10],
  ['inbound', 'wolkvox_agent_inbound_calls', 7],
  ['outbound', 'wolkvox_agent_outbound_calls', 2],
  ['internal', 'wolkvox_agent_internal_calls', 1],
  ['time_state_now', 'wolkvox_agent_time_in_state_seconds', 65],
  ['time_state_now', 'wolkvox_agent_state_start_timestamp_seconds', FETCHED_AT / 1000 - 65],
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
  it('are exactly the documented ones', () => {
    expect(agentRowFamilies.map(({ field, name }) => [field, name])).toEqual([
      ...documented.map(([field, name]) => [field, name]),
      ['agent_status', 'wolkvox_agent_state'],
    ])
    expect(agentFamilies.map(({ name }) => name)).toEqual([
      ...agentRowFamilies.map(({ name }) => name),
      'wolkvox_agents',
      'wolkvox_agent_info',
    ])
  })

  it.each(documented)('%s is %s', async (field, name, value) => {
    expect((await render(aRecord())).filter((sample) => sample.name === name)).toEqual([
      { name, labels: identity, value },
    ])
    expect((await render(aRecord({ [field]: '-' }))).filter((sample) => sample.name === name)).toEqual([])
    expect(
      (await render(aRecord({ [field]: 'unreadable' }))).filter((sample) => sample.name === name),
    ).toEqual([])
  })

  it('agent_status is wolkvox_agent_state: one series per agent, with the state and its category', async () => {
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

  it('have the same labels on every sample, also for an agent without a name', async () => {
    const samples = (await render(aRecord({ agent_name: '' }))).filter(
      ({ name }) => name !== 'wolkvox_agents',
    )
    expect(samples).toHaveLength(agentRowFamilies.length)
    for (const { labels } of samples) expect(labels).toMatchObject({ ...identity, agent_name: '' })
  })

  it.each(agentRowFamilies)(
    '$name is a gauge whose HELP names the field and the age of the value',
    ({ type, help, field }) => {
      expect(type).toBe('gauge')
      expect(help).toContain(`wolkvox field ${field}`)
      expect(help).toContain('as old as the last refresh')
    },
  )

  it('compute the start of a state as fetch time minus time in state, to the millisecond', async () => {
    const samples = await render(aRecord({ time_state_now: '0.25' }))
    const sample = samples.find(({ name }) => name.includes('state_start'))
    expect(sample?.value).toBe(FETCHED_AT / 1000 - 0.25)
  })
})

describe('wolkvox_agents', () => {
  it('counts the agents of all seven categories, zeros included', async () => {
    const states = ['READY', 'Disponible', 'Hablando', 'ACW', 'Almuerzo']
    const samples = await render(
      ...states.map((agent_status, index) => aRecord({ agent_id: String(index), agent_status })),
    )
    expect(
      samples.filter(({ name }) => name === 'wolkvox_agents').map(({ labels, value }) => [labels, value]),
    ).toEqual([
      [{ operation: 'ventas', category: 'ready' }, 2],
      [{ operation: 'ventas', category: 'talk' }, 1],
      [{ operation: 'ventas', category: 'ring' }, 0],
      [{ operation: 'ventas', category: 'acw' }, 1],
      [{ operation: 'ventas', category: 'aux' }, 1],
      [{ operation: 'ventas', category: 'logout' }, 0],
      [{ operation: 'ventas', category: 'unknown' }, 0],
    ])
  })
})
