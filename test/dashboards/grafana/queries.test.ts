import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { statesOfShownAgents, timeInAuxStates } from '../../../grafana/queries/agent-day.ts'
import { limitShareOfAll, longestInState, overLimit, timeInState } from '../../../grafana/queries/agents.ts'
import { dataAge, dataState, dataStates, nextRefresh } from '../../../grafana/queries/data.ts'
import { quotaSpent, reachable } from '../../../grafana/queries/exporter.ts'
import { auxStates, fewestReady, occupancyOfEach, withOnlyOperation } from '../../../grafana/queries/floor.ts'
import { everybody, ofAgent, ofCategory, ofOperation } from '../../../grafana/queries/selection.ts'
import { ROOT } from '../../support/files.ts'
import { haveTools, programPath } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { interpolate } from './grafana-requests.ts'

// What the simulated half day does not have, in promtool's notation: values of one minute each.

/** Series with their values, from minute zero on. */
type Series = Readonly<Record<string, string>>

/** What is answered: the value of each series, by its labels as PromQL writes them. */
type Answer = Readonly<Record<string, number>>

const of = (instance: string, operation: string, more = '') =>
  `job="wolkvox", instance="${instance}", operation="${operation}"${more && `, ${more}`}`

/** An agent in a state, since a minute where that is known, as an exporter has it. */
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

/** Entries of `rules/limits.yml`, and the operation that they apply to. */
const limits: Series = {
  'wolkvox:limit{limit="acw_seconds"}': '300x60',
  'wolkvox:limit{limit="ring_seconds"}': '60x60',
  'wolkvox:limit{limit="talk_seconds"}': '1800x60',
  'wolkvox:limit{limit="aux_seconds"}': '1200x60',
  'wolkvox:limit{limit="aux_seconds", state="Almuerzo"}': '3600x60',
  [`wolkvox_refresh_interval_seconds{${of('e', 'ventas')}}`]: '300x60',
}

const fetched = (instance: string, operation: string, values = '1700x60'): Series => ({
  [`wolkvox_last_success_timestamp_seconds{${of(instance, operation)}}`]: values,
  [`wolkvox_stale_after_seconds{${of(instance, operation)}}`]: values.includes('stale')
    ? '900x20 stale'
    : '900x60',
  [`wolkvox_up{${of(instance, operation)}}`]: values.includes('stale') ? '1x20 stale' : '1x60',
})

const NOW_S = 30 * 60

/** Fails unless promtool finds the answer half an hour after the beginning. */
function check(series: Series, expr: string, answer: Answer): void {
  const chosen = { from: 0, to: NOW_S }
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: interpolate(expr, chosen, 60),
        eval_time: `${NOW_S}s`,
        exp_samples: Object.entries(answer).map(([labels, value]) => ({ labels, value })),
      },
    ],
  }
  const file = join(temporaryFolder(), 'test.yml')
  // JSON is YAML, too.
  const rule_files = [`${ROOT}rules/limits-effective.yml`]
  writeFileSync(file, JSON.stringify({ rule_files, evaluation_interval: '1m', tests: [test] }))
  const { status, stdout, stderr } = spawnSync(programPath('promtool'), ['test', 'rules', file], {
    encoding: 'utf8',
  })
  expect(`${stdout}${stderr}`).toContain('SUCCESS')
  expect(status).toBe(0)
}

const withPromtool = describe.skipIf(!haveTools('promtool'))

const times = (expr: string) => `sum by (agent, status) (${expr})`
const rows = (expr: string) => `count by (agent, status) (${expr})`

withPromtool('where two exporters of one operation differ', () => {
  const series = {
    ...agent('e', '1', 'talk', 'TALK', { since: 10 }),
    ...agent('f', '1', 'aux', 'Break', { since: 28 }),
    ...limits,
  }

  it('the newer state of an agent is shown, once', () => {
    check(series, times(timeInState(ofCategory)), { '{agent="Agent 1", status="aux|Break"}': 120 })
  })

  it('the share of the limit is that of the state', () => {
    check(series, limitShareOfAll(ofCategory), {
      '{operation="ventas", agent_id="1", agent_name="Agent 1"}': 0.1,
    })
  })
})

withPromtool('an agent of whom wolkvox does not say since when', () => {
  it('is in the table all the same, with name and state', () => {
    check({ ...agent('e', '1', 'logout', 'Logout') }, rows(timeInState(ofCategory)), {
      '{agent="Agent 1", status="logout|Logout"}': 1,
    })
  })
})

withPromtool('agents whose names are left out', () => {
  const series = agent('e', '7', 'talk', 'TALK', { since: 10, name: '' })

  it('are called by their id in tables', () => {
    check(series, rows(timeInState(ofCategory)), { '{agent="7", status="talk|TALK"}': 1 })
  })

  it('are called by id and operation beside their bands', () => {
    check(series, rows(statesOfShownAgents(ofAgent)), { '{agent="7 · ventas", status="talk|TALK"}': 1 })
  })
})

withPromtool('who is over the limit', () => {
  const four = {
    ...agent('e', '1', 'aux', 'Break', { since: 5 }),
    ...agent('e', '2', 'aux', 'Almuerzo', { since: 0 }),
    ...agent('e', '3', 'acw', 'ACW', { since: 24 }),
    ...agent('e', '4', 'ring', 'RING', { since: 29 }),
    ...agent('e', '5', 'talk', 'TALK', { since: 0 }),
  }

  it('is counted by the limit of the state, or of its category', () => {
    check({ ...four, ...limits }, overLimit(everybody), { '{}': 2 })
  })

  it('is counted by the limit of the operation where it has its own, also of a state', () => {
    const own = {
      'wolkvox:limit{limit="acw_seconds", operation="ventas"}': '600x60',
      'wolkvox:limit{limit="talk_seconds", operation="ventas"}': '900x60',
      'wolkvox:limit{limit="aux_seconds", operation="ventas", state="Almuerzo"}': '1500x60',
      'wolkvox:limit{limit="aux_seconds", operation="ventas"}': '1600x60',
    }
    // Almuerzo and the call.
    check({ ...four, ...limits, ...own }, overLimit(everybody), { '{}': 2 })
    check({ ...four, ...limits, ...own }, rows(longestInState(2, ofCategory)), {
      '{agent="Agent 2", status="aux|Almuerzo"}': 1,
      '{agent="Agent 5", status="talk|TALK"}': 1,
    })
  })

  it('is nobody where all are within theirs', () => {
    const within = {
      ...agent('e', '1', 'talk', 'TALK', { since: 0 }),
      ...agent('e', '2', 'acw', 'ACW', { since: 27 }),
      ...agent('e', '3', 'aux', 'Break', { since: 15 }),
    }
    check({ ...within, ...limits }, overLimit(everybody), { '{}': 0 })
  })

  it('is not known where no limits are loaded', () => {
    check(four, overLimit(everybody), {})
  })

  it('is counted once where two Prometheus have recorded the limits', () => {
    const recorded = [
      ['operation_limit:wolkvox_limit:effective{operation="ventas", limit="acw_seconds"}', '300x60'],
      ['operation_state:wolkvox_limit:effective{operation="ventas", state="Break"}', '1200x60'],
    ] as const
    const twice = recorded.flatMap(([name, values]) =>
      ['a', 'b'].map((cluster) => [name.replace('}', `, cluster="${cluster}"}`), values] as const),
    )
    check({ ...four, ...Object.fromEntries(twice) }, overLimit(everybody), { '{}': 2 })
  })

  it('comes first, before who has been in a state for longer', () => {
    check({ ...four, ...limits }, rows(longestInState(2, ofCategory)), {
      '{agent="Agent 1", status="aux|Break"}': 1,
      '{agent="Agent 3", status="acw|ACW"}': 1,
    })
  })
})

withPromtool('who needs somebody', () => {
  it('is nobody who waits for a call, or has gone', () => {
    const waiting = {
      ...agent('e', '1', 'ready', 'READY', { since: 0 }),
      ...agent('e', '2', 'logout', 'Logout', { since: 0 }),
      ...agent('e', '3', 'talk', 'TALK', { since: 29 }),
    }
    check({ ...waiting, ...limits }, rows(longestInState(3, ofCategory)), {
      '{agent="Agent 3", status="talk|TALK"}': 1,
    })
  })
})

withPromtool('time in auxiliary states', () => {
  it('is that of all selected agents, once for two exporters', () => {
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

withPromtool('the quota', () => {
  const spent = (operation: string, requests: number) => ({
    [`wolkvox_api_requests_today{${of('e', operation)}}`]: `${requests}x60`,
    [`wolkvox_api_daily_limit{${of('e', operation)}}`]: '1000x60',
    [`wolkvox_refresh_interval_seconds{${of('e', operation)}}`]: '300x60',
  })
  const two = { ...spent('ventas', 100), ...spent('soporte', 400) }

  it('is that of the operation which has spent most of it', () => {
    check(two, quotaSpent, { '{operation="soporte"}': 0.4 })
    check({ ...two, 'wolkvox:limit{limit="quota_ratio"}': '0.9x60' }, quotaSpent, {
      '{operation="soporte"}': 0.4,
    })
  })

  it('is that of the operation which is nearest to its own limit', () => {
    const own = {
      'wolkvox:limit{limit="quota_ratio"}': '0.9x60',
      'wolkvox:limit{limit="quota_ratio", operation="ventas"}': '0.1x60',
    }
    check({ ...two, ...own }, quotaSpent, { '{operation="ventas"}': 0.1 })
  })
})

withPromtool('the state of the data', () => {
  const both = { ...fetched('e', 'ventas'), ...fetched('f', 'soporte', '1600x60') }

  it('is fresh, and as old as the oldest', () => {
    check(both, dataState(ofOperation), { '{}': dataStates.fresh })
    check(both, dataAge(ofOperation), { '{operation="soporte"}': 200 })
  })

  it('is stale where one of two exporters is gone', () => {
    const gone = { ...fetched('e', 'ventas'), ...fetched('f', 'soporte', '1100x20 stale') }
    check(gone, dataState(ofOperation), { '{}': dataStates.stale })
  })

  it('is stale where nothing was ever fetched', () => {
    const { [`wolkvox_last_success_timestamp_seconds{${of('f', 'soporte')}}`]: _, ...never } = both
    check(never, dataState(ofOperation), { '{}': dataStates.stale })
  })

  it('will be renewed when the oldest is, and not when another is', () => {
    const next = (instance: string, operation: string, at: number) => ({
      [`wolkvox_next_refresh_timestamp_seconds{${of(instance, operation)}}`]: `${at}x60`,
    })
    const all = { ...both, ...next('e', 'ventas', 1810), ...next('f', 'soporte', 1900) }
    check(all, nextRefresh(ofOperation), { '{}': 100 })
  })

  it('has a next refresh also where nothing was ever fetched', () => {
    check(
      { [`wolkvox_next_refresh_timestamp_seconds{${of('e', 'ventas')}}`]: '1815x60' },
      nextRefresh(ofOperation),
      { '{}': 15 },
    )
  })
})

withPromtool('the floor', () => {
  const agents = (operation: string, category: string, values: string) => ({
    [`wolkvox_agents{${of('e', operation, `category="${category}"`)}}`]: values,
  })
  const loggedIn = (operation: string, values: string) => ({
    [`operation:wolkvox_agents_logged_in:sum{${of('e', operation)}}`]: values,
  })

  it('names the operation with the fewest ready, of those where anybody is', () => {
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

  it('names an operation with a dialler only where there is no other', () => {
    const dialler = {
      ...agents('cobranza', 'ready', '0x60'),
      ...loggedIn('cobranza', '20x60'),
      [`wolkvox_refresh_interval_seconds{${of('e', 'cobranza')}}`]: '300x60',
      'wolkvox:limit{limit="nobody_ready_alert"}': '1x60',
      'wolkvox:limit{limit="nobody_ready_alert", operation="cobranza"}': '0x60',
    }
    const inbound = {
      ...agents('ventas', 'ready', '2x60'),
      ...loggedIn('ventas', '20x60'),
      [`wolkvox_refresh_interval_seconds{${of('e', 'ventas')}}`]: '300x60',
    }
    check({ ...dialler, ...inbound }, fewestReady, { '{operation="ventas"}': 2 })
    check(dialler, fewestReady, { '{operation="cobranza"}': 0 })
  })

  it('names the operation of a value only where it is the only one', () => {
    const busy = withOnlyOperation(`sum(operation:wolkvox_agents_logged_in:sum{${ofOperation}})`)
    const twice = {
      ...loggedIn('ventas', '20x60'),
      [`operation:wolkvox_agents_logged_in:sum{${of('f', 'ventas')}}`]: '20x60',
    }
    check(twice, busy, { '{operation="ventas"}': 40 })
    check({ ...twice, ...loggedIn('soporte', '30x60') }, busy, { '{}': 70 })
  })

  it('has nobody in an auxiliary state only while that is known', () => {
    check(agents('ventas', 'ready', '2x60'), auxStates, { '{state="–"}': 0 })
    check(agents('ventas', 'ready', '2x20 stale'), auxStates, {})
  })

  it('has no occupancy any more once the data is withdrawn', () => {
    const recorded = (available: string) => ({
      [`operation:wolkvox_occupancy:ratio30m{${of('e', 'ventas')}}`]: '0.8x60',
      [`operation:wolkvox_agents_available:sum{${of('e', 'ventas')}}`]: available,
    })
    check(recorded('10x60'), occupancyOfEach, { '{operation="ventas"}': 0.8 })
    check(recorded('10x20 stale'), occupancyOfEach, {})
  })
})

withPromtool('whether the exporter is reached', () => {
  const build = { 'wolkvox_exporter_build_info{job="wolkvox", instance="e"}': '1x10 stale' }

  it('has nothing to do with what else is down', () => {
    const up = { 'up{job="wolkvox", instance="e"}': '1x60', 'up{job="other", instance="x"}': '0x60' }
    check({ ...build, ...up }, reachable, { '{}': 1 })
  })

  it('is still told where it is not', () => {
    check({ ...build, 'up{job="wolkvox", instance="e"}': '1x10 0x50' }, reachable, { '{}': 0 })
  })

  it('is told of the one of two that is not', () => {
    const another = {
      'wolkvox_exporter_build_info{job="wolkvox", instance="f"}': '1x60',
      'up{job="wolkvox", instance="f"}': '1x60',
    }
    const down = { ...build, 'up{job="wolkvox", instance="e"}': '1x10 0x50' }
    check({ ...down, ...another }, reachable, { '{}': 0 })
  })
})
