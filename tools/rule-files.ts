import { readdirSync } from 'node:fs'
import { parse } from 'yaml'
import { ROOT, readText } from './files.ts'

/** A rule of a rule file. */
export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** A file of rules. */
export interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}

/** The alerts that a promtool test expects at a moment. Without `exp_alerts` the alert must not fire. */
export interface AlertTest {
  readonly alertname: string
  readonly exp_alerts?: readonly unknown[]
}

interface TestFile {
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[]
    readonly alert_rule_test?: readonly AlertTest[]
    readonly promql_expr_test?: readonly { readonly expr: string }[]
  }[]
}

/** The limits as shipped, which do not change if an operator edits `rules/limits.yml`. */
export const SHIPPED_LIMITS = 'rules/tests/limits/shipped.yml'

/** Paths of the YAML files in a folder, relative to the top. */
export const filesIn = (folder: string): string[] =>
  readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${name}`)

export const rules: readonly Rule[] = filesIn('rules').flatMap((path) =>
  (parse(readText(path)) as RuleFile).groups.flatMap((group) => group.rules),
)

export const alerts = rules.flatMap((rule) =>
  rule.alert === undefined ? [] : [{ ...rule, name: rule.alert }],
)

/** The entries of `rules/limits.yml`. */
export const limits = rules.filter(({ record }) => record === 'wolkvox:limit')

/** The general entries, by the name of the limit. */
export const limitsOfAll: Readonly<Record<string, number>> = Object.fromEntries(
  limits
    .filter(
      ({ labels }) =>
        labels?.state === undefined && labels?.operation === undefined && labels?.skill_id === undefined,
    )
    .map(({ labels, expr }) => [labels?.limit ?? '', Number(/[\d.]+/.exec(expr)?.[0])]),
)

/** The limit of an auxiliary state: its own entry, or the general one. */
export function limitOfState(state: string): number | undefined {
  const own = limits.find(({ labels }) => labels?.state === state && labels?.operation === undefined)
  return own === undefined ? limitsOfAll.aux_seconds : Number(/[\d.]+/.exec(own.expr)?.[0])
}

const tests = filesIn('rules/tests').flatMap((path) => (parse(readText(path)) as TestFile).tests)

export const alertTests = tests.flatMap((test) => test.alert_rule_test ?? [])

/** The input series of the promtool tests. */
export const seriesOfTests = tests.flatMap(({ input_series }) => input_series.map(({ series }) => series))

export const expressionTests = tests.flatMap((test) => test.promql_expr_test ?? [])
