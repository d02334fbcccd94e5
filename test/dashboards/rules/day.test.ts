import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CentreOptions } from '../../../src/simulator/centre/centre.ts'
import { ROOT } from '../../../tools/files.ts'
import { filesIn, SHIPPED_LIMITS } from '../../../tools/rule-files.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { simulateDay } from './day.ts'

const AGENTS = 60

/** Each group follows the groups whose series it reads; another order would change the minutes below. */
const GROUP_ORDER = [
  'limits',
  'limits-effective',
  'operation',
  'exporter',
  'conditions',
  'skills',
  'campaigns',
  'network',
  'chats',
  'limits-alerts',
  'operation-alerts',
  'agent-alerts',
  'skill-alerts',
  'campaign-alerts',
  'network-alerts',
  'exporter-alerts',
].map((name) => `wolkvox-${name}`)

interface Firing {
  /** For how many of the day's 1,440 minutes it fires, to the nearest five. */
  readonly minutes: number
  readonly labels: Readonly<Record<string, string>>
}

const warning = (minutes: number, alertname: string, labels = {}): Firing => ({
  minutes,
  labels: { alertname, severity: 'warning', ...labels },
})

/** The alerts of a day with 60 agents in five skills. */
const FIRES: readonly Firing[] = [
  // At a peak, the smallest team answers few of its calls in time.
  warning(10, 'WolkvoxServiceLevelLow', { skill_id: '2105', skill_name: 'Facturación' }),
  // The list is finished, and the campaign stays started: from half an hour to three hours after the last call.
  {
    minutes: 145,
    labels: {
      alertname: 'WolkvoxCampaignFinished',
      severity: 'info',
      campaign_id: '32843',
      campaign_name: 'Encuesta de satisfacción - Predictiva (2 por agente)',
    },
  },
  // The bad hour of the network, for the agents of one provider.
  ...[
    ['1003', 'Ñandú 003'],
    ['1006', 'Tucán 006'],
    ['1011', 'Perezoso 011'],
    ['1014', 'Búho 014'],
    ['1019', 'Ocelote 019'],
    ['1027', 'Caimán 027'],
    ['1035', 'Tapir 035'],
  ].map(([agent_id, agent_name]) => warning(40, 'WolkvoxAgentNetworkPoor', { agent_id, agent_name })),
]

/** Before this time no agent logs in. */
const FIRST_LOGIN = '5h30m'

/** Has promtool run all rules over a day of the contact centre and compare the alerts that fire. @returns its result */
async function testDay(options: CentreOptions, fires: readonly Firing[]) {
  const firing = ({ minutes, labels }: Firing) => {
    const all = { alertstate: 'firing', job: 'wolkvox', instance: 'exporter', operation: 'demo', ...labels }
    return {
      labels: `{${Object.entries(all).map(([name, value]) => `${name}="${value}"`)}}`,
      value: minutes,
    }
  }
  const scraped = { series: 'up{job="wolkvox", instance="exporter"}', values: '1x1440' }
  const test = {
    interval: '1m',
    input_series: [...(await simulateDay(options)), scraped],
    promql_expr_test: [
      {
        // Prometheus 3 excludes the left edge of a range, which makes a minute more or less.
        expr: 'round(count_over_time(ALERTS{alertstate="firing"}[24h]), 5)',
        eval_time: '24h',
        exp_samples: fires.map(firing),
      },
      { expr: 'count_over_time(ALERTS[24h])', eval_time: FIRST_LOGIN, exp_samples: [] },
      { expr: 'max_over_time(operation:wolkvox_agents_logged_in:sum[24h]) > 0', eval_time: FIRST_LOGIN },
      // The conditions of all reports are evaluated, so that silence means that they are false.
      {
        expr: 'count(count by (condition) (last_over_time({__name__=~".+_condition:wolkvox_condition:start_timestamp_seconds"}[24h])))',
        eval_time: '24h',
        exp_samples: [{ labels: '{}', value: 15 }],
      },
    ],
  }
  const file = join(temporaryFolder(), 'day.yml')
  const rule_files = filesIn('rules').map(
    (path) => `${ROOT}${path === 'rules/limits.yml' ? SHIPPED_LIMITS : path}`,
  )
  // JSON is YAML, too.
  const settings = { rule_files, group_eval_order: GROUP_ORDER, evaluation_interval: '1m' }
  writeFileSync(file, JSON.stringify({ ...settings, tests: [test] }))
  return runProgram('promtool', ['test', 'rules', file])
}

const SUCCESS = { code: 0, output: expect.stringContaining('SUCCESS') }

describe.skipIf(!haveTools('promtool'))('a day of the contact centre, from midnight to midnight', () => {
  it('fires the few alerts that a supervisor would expect, none at night, and none if it is calm', async () => {
    // At the same time: promtool needs about a minute for each day, on one core.
    const [usual, calm] = await Promise.all([
      testDay({ agents: AGENTS, seed: 1 }, FIRES),
      testDay({ agents: AGENTS, seed: 1, calm: true }, []),
    ])
    expect({ usual, calm }).toEqual({ usual: SUCCESS, calm: SUCCESS })
  }, 600_000)
})
