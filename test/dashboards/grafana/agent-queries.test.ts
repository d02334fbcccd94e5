import { it } from 'vitest'
import { statesOfShownAgents, timeInAuxStates } from '../../../grafana/queries/agent-day.ts'
import { limitShareOfAll, longestInState, overLimit, timeInState } from '../../../grafana/queries/agents.ts'
import { auxStates, fewestReady, occupancyOfEach, withOnlyOperation } from '../../../grafana/queries/floor.ts'
import { everybody, inTables, ofAgent, ofOperation } from '../../../grafana/queries/selection.ts'
import { check, of, type Series, withPromtool } from './promtool-query.ts'

/** The series of an agent in a state. @param since the minute when the state began, if known */
function agent(
  instance: string,
  id: string,
  category: string,
  state: string,
  { since, name = `Agent ${id}`, values = '1x60' }: { since?: number; name?: string; values?: string } = {},
): Series {
  const labels = of(instance, 'ventas', `agent_id="${id}"${name && `, agent_name="${name}"`}`)
  return {
    [`wolkvox_agent_state{${labels}, category="${category}", state="${state}"}`]: values,
    ...(since !== undefined && {
      [`wolkvox_agent_state_start_timestamp_seconds{${labels}}`]: `${since * 60}x60`,
      [`wolkvox_agent_time_in_state_seconds{${labels}}`]: `${(30 - since) * 60}x60`,
    }),
  }
}

/** Entries of `rules/limits.yml`, and an operation that they apply to. */
const limits: Series = {
  'wolkvox:limit{limit="acw_seconds"}': '300x60',
  'wolkvox:limit{limit="ring_seconds"}': '60x60',
  'wolkvox:limit{limit="talk_seconds"}': '1800x60',
  'wolkvox:limit{limit="aux_seconds"}': '1200x60',
  'wolkvox:limit{limit="aux_seconds", state="Almuerzo"}': '3600x60',
  [`wolkvox_refresh_interval_seconds{${of('e', 'ventas')}}`]: '300x60',
}

const times = (expr: string) => `sum by (agent, status) (${expr})`
const rows = (expr: string) => `count by (agent, status) (${expr})`

withPromtool('if two exporters of one operation differ', () => {
  const series = {
    ...agent('e', '1', 'talk', 'TALK', { since: 10 }),
    ...agent('f', '1', 'aux', 'Break', { since: 28 }),
    ...limits,
  }

  it('shows the newer state of an agent, once', () => {
    check(series, times(timeInState(inTables)), { '{agent="Agent 1", status="aux|Break"}': 120 })
  })

  it('takes the share of the limit from the newer state', () => {
    check(series, limitShareOfAll(inTables), {
      '{operation="ventas", agent_id="1", agent_name="Agent 1"}': 0.1,
    })
  })
})

withPromtool('an agent without the time of the state', () => {
  it('is in the table, with name and state', () => {
    check({ ...agent('e', '1', 'logout', 'Logout') }, rows(timeInState(inTables)), {
      '{agent="Agent 1", status="logout|Logout"}': 1,
    })
  })
})

withPromtool('agents whose names are omitted', () => {
  const series = agent('e', '7', 'talk', 'TALK', { since: 10, name: '' })

  it('are shown by id in tables', () => {
    check(series, rows(timeInState(inTables)), { '{agent="7", status="talk|TALK"}': 1 })
  })

  it('are shown by id and operation beside their bands', () => {
    check(series, rows(statesOfShownAgents(ofAgent)), { '{agent="7 · ventas", status="talk|TALK"}': 1 })
  })
})

withPromtool('agents over the limit', () => {
  const four = {
    ...agent('e', '1', 'aux', 'Break', { since: 5 }),
    ...agent('e', '2', 'aux', 'Almuerzo', { since: 0 }),
    ...agent('e', '3', 'acw', 'ACW', { since: 24 }),
    ...agent('e', '4', 'ring', 'RING', { since: 29 }),
    ...agent('e', '5', 'talk', 'TALK', { since: 0 }),
  }

  it('are counted by the limit of the state, or of its category', () => {
    check({ ...four, ...limits }, overLimit(everybody), { '{}': 2 })
  })

  it('are counted by the limit of the operation if it has its own, also for a state', () => {
    const own = {
      'wolkvox:limit{limit="acw_seconds", operation="ventas"}': '600x60',
      'wolkvox:limit{limit="talk_seconds", operation="ventas"}': '900x60',
      'wolkvox:limit{limit="aux_seconds", operation="ventas", state="Almuerzo"}': '1500x60',
      'wolkvox:limit{limit="aux_seconds", operation="ventas"}': '1600x60',
    }
    // Almuerzo and the call.
    check({ ...four, ...limits, ...own }, overLimit(everybody), { '{}': 2 })
    check({ ...four, ...limits, ...own }, rows(longestInState(2, inTables)), {
      '{agent="Agent 2", status="aux|Almuerzo"}': 1,
      '{agent="Agent 5", status="talk|TALK"}': 1,
    })
  })

  it('are zero if all are within their limits', () => {
    const within = {
      ...agent('e', '1', 'talk', 'TALK', { since: 0 }),
      ...agent('e', '2', 'acw', 'ACW', { since: 27 }),
      ...agent('e', '3', 'aux', 'Break', { since: 15 }),
    }
    check({ ...within, ...limits }, overLimit(everybody), { '{}': 0 })
  })

  it('are unknown if no limits are loaded', () => {
    check(four, overLimit(everybody), {})
  })

  it('are counted once if two Prometheus servers have recorded the limits', () => {
    const recorded = [
      ['operation_limit:wolkvox_limit:effective{operation="ventas", limit="acw_seconds"}', '300x60'],
      ['operation_state:wolkvox_limit:effective{operation="ventas", state="Break"}', '1200x60'],
    ] as const
    const twice = recorded.flatMap(([name, values]) =>
      ['a', 'b'].map((cluster) => [name.replace('}', `, cluster="${cluster}"}`), values] as const),
    )
    check({ ...four, ...Object.fromEntries(twice) }, overLimit(everybody), { '{}': 2 })
  })

  it('come before agents who have been in a state for longer', () => {
    check({ ...four, ...limits }, rows(longestInState(2, inTables)), {
      '{agent="Agent 1", status="aux|Break"}': 1,
      '{agent="Agent 3", status="acw|ACW"}': 1,
    })
  })
})

withPromtool('agents who need attention', () => {
  it('do not include agents who are ready or logged out', () => {
    const waiting = {
      ...agent('e', '1', 'ready', 'READY', { since: 0 }),
      ...agent('e', '2', 'logout', 'Logout', { since: 0 }),
      ...agent('e', '3', 'talk', 'TALK', { since: 29 }),
    }
    check({ ...waiting, ...limits }, rows(longestInState(3, inTables)), {
      '{agent="Agent 3", status="talk|TALK"}': 1,
    })
  })
})

withPromtool('time in auxiliary states', () => {
  it('is summed over the selected agents, once for two exporters', () => {
    const series = {
      ...agent('e', '1', 'aux', 'Break', { values: '1x9 stale' }),
      ...agent('f', '1', 'aux', 'Break', { values: '1x9 stale' }),
      ...agent('e', '2', 'aux', 'Break', { values: '_x20 1x4 stale' }),
      ...agent('e', '2', 'acw', 'ACW', { values: '1x19 stale' }),
    }
    // Ten minutes and five.
    check(series, timeInAuxStates(ofAgent), { '{state="Break"}': 900 })
  })
})

withPromtool('the operation', () => {
  const agents = (operation: string, category: string, values: string) => ({
    [`wolkvox_agents{${of('e', operation, `category="${category}"`)}}`]: values,
  })
  const loggedIn = (operation: string, values: string) => ({
    [`operation:wolkvox_agents_logged_in:sum{${of('e', operation)}}`]: values,
  })

  it('names the operation with the fewest ready agents, if agents are logged in', () => {
    const series = {
      ...agents('ventas', 'ready', '2x60'),
      ...loggedIn('ventas', '20x60'),
      ...agents('soporte', 'ready', '9x60'),
      ...loggedIn('soporte', '30x60'),
      ...agents('noche', 'ready', '0x60'),
      ...loggedIn('noche', '0x60'),
    }
    check(series, fewestReady, { '{operation="ventas"}': 2 })
  })

  it('names an operation with a dialler only if there is no other', () => {
    const dialler = {
      ...agents('cobranza', 'ready', '0x60'),
      ...loggedIn('cobranza', '20x60'),
      [`wolkvox_refresh_interval_seconds{${of('e', 'cobranza')}}`]: '300x60',
      'wolkvox:limit{limit="no_agent_ready_alert"}': '1x60',
      'wolkvox:limit{limit="no_agent_ready_alert", operation="cobranza"}': '0x60',
    }
    const inbound = {
      ...agents('ventas', 'ready', '2x60'),
      ...loggedIn('ventas', '20x60'),
      [`wolkvox_refresh_interval_seconds{${of('e', 'ventas')}}`]: '300x60',
    }
    check({ ...dialler, ...inbound }, fewestReady, { '{operation="ventas"}': 2 })
    check(dialler, fewestReady, { '{operation="cobranza"}': 0 })
  })

  it('names the operation of a value only if it is the only one', () => {
    const busy = withOnlyOperation(`sum(operation:wolkvox_agents_logged_in:sum{${ofOperation}})`)
    const twice = {
      ...loggedIn('ventas', '20x60'),
      [`operation:wolkvox_agents_logged_in:sum{${of('f', 'ventas')}}`]: '20x60',
    }
    check(twice, busy, { '{operation="ventas"}': 40 })
    check({ ...twice, ...loggedIn('soporte', '30x60') }, busy, { '{}': 70 })
  })

  it('shows zero agents in auxiliary states only if the data is known', () => {
    check(agents('ventas', 'ready', '2x60'), auxStates, { '{state="–"}': 0 })
    check(agents('ventas', 'ready', '2x20 stale'), auxStates, {})
  })

  it('has no occupancy once the data is removed', () => {
    const recorded = (available: string) => ({
      [`operation:wolkvox_occupancy:ratio30m{${of('e', 'ventas')}}`]: '0.8x60',
      [`operation:wolkvox_agents_available:sum{${of('e', 'ventas')}}`]: available,
    })
    check(recorded('10x60'), occupancyOfEach, { '{operation="ventas"}': 0.8 })
    check(recorded('10x20 stale'), occupancyOfEach, {})
  })
})
