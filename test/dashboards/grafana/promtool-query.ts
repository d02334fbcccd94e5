import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type Choice, interpolate } from '../../../grafana/tools/grafana-requests.ts'
import { ROOT } from '../../../tools/files.ts'
import { programPath } from '../../../tools/program-path.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Evaluates queries with promtool, for situations that the simulated history does not contain. Values are in promtool's notation,
// one per minute.

/** Series with their values, from minute 0 on. */
export type Series = Readonly<Record<string, string>>

/** The value of each series, by its labels in PromQL's notation. */
type Answer = Readonly<Record<string, number>>

export const of = (instance: string, operation: string, more = '') =>
  `job="wolkvox", instance="${instance}", operation="${operation}"${more && `, ${more}`}`

/** When the queries are evaluated. */
export const NOW_S = 30 * 60

/** Fails unless promtool gets the answer after half an hour. @param values what is chosen at the top of the dashboard */
export function check(series: Series, expr: string, answer: Answer, values: Choice['values'] = {}): void {
  const chosen = { from: 0, to: NOW_S, values }
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
  // JSON is valid YAML.
  const rule_files = ['limits-effective', 'exporter', 'groups', 'skills'].map(
    (name) => `${ROOT}rules/${name}.yml`,
  )
  writeFileSync(file, JSON.stringify({ rule_files, evaluation_interval: '1m', tests: [test] }))
  const { status, stdout, stderr } = spawnSync(programPath('promtool'), ['test', 'rules', file], {
    encoding: 'utf8',
  })
  expect(`${stdout}${stderr}`).toContain('SUCCESS')
  expect(status).toBe(0)
}

export const withPromtool = describe.skipIf(!haveTools('promtool'))
