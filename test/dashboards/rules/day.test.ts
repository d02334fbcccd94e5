import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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

const ofSkill = (minutes: number, alertname: string, skill_id: string, skill_name: string) =>
  warning(minutes, alertname, { skill_id, skill_name })

/** The alerts of a day with 60 agents in five skills. */
const FIRES: readonly Firing[] = [
  // Shortly before and after lunch there are fewer agents than the calls need.
  warning(40, 'WolkvoxOccupancyHigh'),
  // In the evening the campaigns end and the calls decrease before the agents log out.
  { minutes: 75, labels: { alertname: 'WolkvoxOccupancyLow', severity: 'info' } },
  // A dozen agents for a skill are too few to answer 80 % of its calls in 20 seconds.
  ofSkill(680, 'WolkvoxServiceLevelLow', '2101', 'Ventas'),
  ofSkill(25, 'WolkvoxServiceLevelLow', '2102', 'Soporte'),
  ofSkill(830, 'WolkvoxServiceLevelLow', '2103', 'Cobranzas'),
  ofSkill(345, 'WolkvoxServiceLevelLow', '2104', 'Retención'),
  ofSkill(950, 'WolkvoxServiceLevelLow', '2105', 'Facturación'),
  ofSkill(90, 'WolkvoxAbandonmentHigh', '2101', 'Ventas'),
  // Callers with little patience.
  ofSkill(290, 'WolkvoxAbandonmentHigh', '2103', 'Cobranzas'),
  ofSkill(200, 'WolkvoxAbandonmentHigh', '2104', 'Retención'),
  ofSkill(150, 'WolkvoxAbandonmentHigh', '2105', 'Facturación'),
  // The first has dialled its list twice, and is stopped soon. The second stays started.
  warning(10, 'WolkvoxCampaignFinished', {
    campaign_id: '32842',
    campaign_name: 'Recordatorio de pago - Predictiva (3 por agente)',
  }),
  warning(370, 'WolkvoxCampaignFinished', {
    campaign_id: '32843',
    campaign_name: 'Encuesta de satisfacción - Predictiva (2 por agente)',
  }),
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

describe.skipIf(!haveTools('promtool'))('a day of the contact centre, from midnight to midnight', () => {
  it('fires the few alerts that a supervisor would expect, and none at night', async () => {
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
      input_series: [...(await simulateDay({ agents: AGENTS, seed: 1 })), scraped],
      promql_expr_test: [
        {
          // Prometheus 3 excludes the left edge of a range, which makes a minute more or less.
          expr: 'round(count_over_time(ALERTS{alertstate="firing"}[24h]), 5)',
          eval_time: '24h',
          exp_samples: FIRES.map(firing),
        },
        { expr: 'count_over_time(ALERTS[24h])', eval_time: FIRST_LOGIN, exp_samples: [] },
        { expr: 'max_over_time(operation:wolkvox_agents_logged_in:sum[24h]) > 0', eval_time: FIRST_LOGIN },
      ],
    }
    const file = join(temporaryFolder(), 'day.yml')
    const rule_files = filesIn('rules').map(
      (path) => `${ROOT}${path === 'rules/limits.yml' ? SHIPPED_LIMITS : path}`,
    )
    // JSON is YAML, too.
    const options = { rule_files, group_eval_order: GROUP_ORDER, evaluation_interval: '1m' }
    writeFileSync(file, JSON.stringify({ ...options, tests: [test] }))
    expect(await runProgram('promtool', ['test', 'rules', file])).toEqual({
      code: 0,
      output: expect.stringContaining('SUCCESS'),
    })
  }, 600_000)
})
