import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT, readText } from '../../../tools/files.ts'
import {
  filesIn,
  limits,
  limitsOfAll,
  type Rule,
  type RuleFile,
  SHIPPED_LIMITS,
} from '../../../tools/rule-files.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const anEntry = (expr: string, labels: string) =>
  `      - { record: 'wolkvox:limit', expr: '${expr}', labels: { ${labels} } }\n`

/** Runs promtool against a limits file and expects that WolkvoxLimitInvalid does not fire. */
async function checkLimits(path: string) {
  const entries = (parse(readFileSync(path, 'utf8')) as RuleFile).groups.flatMap((group) => group.rules)
  const operations = new Set(['any', ...entries.flatMap(({ labels }) => labels?.operation ?? [])])
  const skills = new Set(
    entries.flatMap(({ labels }) => {
      const { operation = 'any', skill_id }: Record<string, string | undefined> = labels ?? {}
      if (skill_id === undefined) return []
      return `wolkvox_skill_inbound_calls{operation=${JSON.stringify(operation)}, skill_id=${JSON.stringify(skill_id)}}`
    }),
  )
  const test = {
    rule_files: [path, `${ROOT}rules/limits-effective.yml`, `${ROOT}rules/alerts-limits.yml`],
    evaluation_interval: '1m',
    group_eval_order: ['wolkvox-limits', 'wolkvox-limits-effective', 'wolkvox-limits-alerts'],
    tests: [
      {
        interval: '1m',
        input_series: [
          ...[...operations].map((operation) => ({
            series: `wolkvox_refresh_interval_seconds{operation=${JSON.stringify(operation)}, report="agents"}`,
            values: '300x20',
          })),
          ...[...skills].map((series) => ({ series, values: '5x20' })),
          {
            series: 'prometheus_rule_group_rules{rule_group="limits.yml;wolkvox-limits"}',
            values: `${entries.length}x20`,
          },
        ],
        alert_rule_test: [{ alertname: 'WolkvoxLimitInvalid', eval_time: '15m' }],
      },
    ],
  }
  const file = join(temporaryFolder(), 'limits.yml')
  // JSON is YAML, too.
  writeFileSync(file, JSON.stringify(test))
  return runProgram('promtool', ['test', 'rules', file])
}

function limitsWith(...entries: readonly string[]): string {
  const file = join(temporaryFolder(), 'limits.yml')
  cpSync(`${ROOT}rules/limits.yml`, file)
  appendFileSync(file, entries.join(''))
  return file
}

describe('the limits that the promtool tests use', () => {
  it.each(filesIn('rules/tests'))('are not those of rules/limits.yml in %s', (path) => {
    const { rule_files } = parse(readText(path)) as { rule_files: readonly string[] }
    expect(rule_files).not.toContain('../limits.yml')
  })

  it('have the same names as those in rules/limits.yml', () => {
    const { groups } = parse(readText(SHIPPED_LIMITS)) as RuleFile
    const shipped: readonly Rule[] = groups.flatMap((group) => group.rules)
    const names = shipped.flatMap(({ labels }) => labels?.limit ?? [])
    expect(new Set(names)).toEqual(new Set(Object.keys(limitsOfAll)))
    expect(limits.filter(({ labels }) => !names.includes(labels?.limit ?? ''))).toEqual([])
  })
})

describe.skipIf(!haveTools('promtool'))('promtool', () => {
  it('reports no WolkvoxLimitInvalid for rules/limits.yml', async () => {
    expect(await checkLimits(`${ROOT}rules/limits.yml`)).toMatchObject({ code: 0 })
  })

  it('reports no WolkvoxLimitInvalid for a limit of one operation', async () => {
    const file = limitsWith(anEntry('vector(0.8)', 'limit: occupancy_high_ratio, operation: cobranza'))
    expect(await checkLimits(file)).toMatchObject({ code: 0 })
  })

  it('reports no WolkvoxLimitInvalid for limits of a skill', async () => {
    const file = limitsWith(
      anEntry('vector(0.9)', 'limit: service_level_ratio, skill_id: "812"'),
      anEntry('vector(0.7)', 'limit: service_level_ratio, operation: cobranza, skill_id: "812"'),
    )
    expect(await checkLimits(file)).toMatchObject({ code: 0 })
  })

  it('reports WolkvoxLimitInvalid for a limit of a skill that is not about skills', async () => {
    const file = limitsWith(anEntry('vector(0.9)', 'limit: quota_ratio, skill_id: "812"'))
    const { code, output } = await checkLimits(file)
    expect([code, output]).toEqual([1, expect.stringContaining('takes no skill')])
  })

  it('reports WolkvoxLimitInvalid for a limit that cannot be reached', async () => {
    const file = limitsWith(anEntry('vector(100000)', 'limit: unattended_agents, operation: cobranza'))
    const { code, output } = await checkLimits(file)
    expect([code, output]).toEqual([1, expect.stringContaining('out of range')])
  })
})
