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

/** The alerts of a day with 60 agents, and for how many of its 1,440 minutes each fires, to the nearest five. */
const FIRES = [
  // Shortly before and after lunch there are fewer agents than the calls need.
  { minutes: 40, alertname: 'WolkvoxOccupancyHigh', severity: 'warning' },
  // In the evening the campaigns end and the calls decrease before the agents log out.
  { minutes: 75, alertname: 'WolkvoxOccupancyLow', severity: 'info' },
] as const

/** Before this time no agent logs in. */
const FIRST_LOGIN = '5h30m'

describe.skipIf(!haveTools('promtool'))('a day of the contact centre, from midnight to midnight', () => {
  it('fires the few alerts that a supervisor would expect, and none at night', async () => {
    const firing = ({ minutes, ...labels }: (typeof FIRES)[number]) => {
      const all = { alertstate: 'firing', job: 'wolkvox', instance: 'exporter', operation: 'demo', ...labels }
      return {
        labels: `{${Object.entries(all).map(([name, value]) => `${name}="${value}"`)}}`,
        value: minutes,
      }
    }
    const scraped = { series: 'up{job="wolkvox", instance="exporter"}', values: '1x2880' }
    const test = {
      interval: '30s',
      input_series: [...(await simulateDay(AGENTS, 1)), scraped],
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
  }, 120_000)
})
