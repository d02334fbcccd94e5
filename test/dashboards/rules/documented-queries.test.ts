import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { ROOT, readText } from '../../../tools/files.ts'
import { filesIn, SHIPPED_LIMITS } from '../../../tools/rule-files.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const section = readText('docs/metrics.md').split('### One queue')[1] ?? ''
const queries = (/```promql\n(.*?)```/s.exec(section)?.[1] ?? '')
  .split(/^# /m)
  .slice(1)
  .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n')).trim()] as const)

// In an hour 400 of 500 calls of the day were answered within 20 seconds; of the last 60, at 10 a refresh, 30.
const EARLIER = { answered: 500, inTime: 400 }
const REFRESHES = Array.from({ length: 13 }, (_, index) => index)
const inTimeAt = (refresh: number) =>
  EARLIER.inTime + Math.max(refresh - 6, 0) * 5 + Math.min(refresh, 6) * 10
const answeredAt = (refresh: number) => EARLIER.answered + refresh * 10

const expected: Readonly<Record<string, number>> = {
  'Calls that wait now': 4,
  'The service level of the day: answered within 20 seconds': inTimeAt(12) / answeredAt(12),
  'The service level of the last half hour': 0.5,
}

it('the documented queries of one queue are the tested ones', () => {
  expect(queries.map(([title]) => title)).toEqual(Object.keys(expected))
})

it.skipIf(!haveTools('promtool')).each(queries)(
  'the documented query has a result: %s',
  async (title, expr) => {
    const target = 'job="wolkvox", instance="e", operation="ventas"'
    const ofSkill = (name: string, others = '') =>
      `${name}{${target}, skill_id="1", skill_name="Soporte"${others}}`
    // Each refresh is scraped five times, once a minute.
    const series = (name: string, valueAt: (refresh: number) => number) => ({
      series: name,
      values: REFRESHES.map((refresh) => `${valueAt(refresh)}x4`).join(' '),
    })
    const name = /^[\w:]+/.exec(expr)?.[0] ?? ''
    const threshold = ', threshold_seconds="20"'
    const file = join(temporaryFolder(), 'test.yml')
    const rules = filesIn('rules').filter((path) => path !== 'rules/limits.yml')
    writeFileSync(
      file,
      stringify({
        rule_files: [SHIPPED_LIMITS, ...rules].map((path) => `${ROOT}${path}`),
        evaluation_interval: '1m',
        group_eval_order: [
          'wolkvox-limits',
          'wolkvox-limits-effective',
          'wolkvox-operation',
          'wolkvox-exporter',
          'wolkvox-skills',
        ],
        tests: [
          {
            interval: '1m',
            input_series: [
              series(`wolkvox_refresh_interval_seconds{${target}, report="skills"}`, () => 300),
              series(ofSkill('wolkvox_skill_queued_calls'), (refresh) => (refresh === 12 ? 4 : 1)),
              series(ofSkill('wolkvox_skill_inbound_calls'), answeredAt),
              series(ofSkill('wolkvox_skill_answered_calls'), answeredAt),
              series(ofSkill('wolkvox_skill_abandoned_calls'), () => 0),
              series(
                ofSkill('wolkvox_skill_service_level_ratio', threshold),
                (refresh) => inTimeAt(refresh) / answeredAt(refresh),
              ),
            ],
            promql_expr_test: [
              {
                // Rounded: the rules compute with the ratio of the day.
                expr: `round(${expr}, 1e-6)`,
                eval_time: '64m',
                exp_samples: [
                  {
                    labels: ofSkill('', name === 'wolkvox_skill_service_level_ratio' ? threshold : ''),
                    value: Number(expected[title]?.toFixed(6)),
                  },
                ],
              },
            ],
          },
        ],
      }),
    )
    const { code, output } = await runProgram('promtool', ['test', 'rules', file])
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  },
)
