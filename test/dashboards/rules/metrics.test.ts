import { describe, expect, it } from 'vitest'
import { agentFamilies, agentLabels } from '../../../src/exposition/agent-families.ts'
import { operationFamilies } from '../../../src/exposition/operation-families.ts'
import { rules } from './files.ts'
import { groupingLabelsOf, selectorsOf } from './selectors.ts'

/** Labels that Prometheus adds to every target. */
const OF_TARGET = ['job', 'instance']

const ofAgents = agentFamilies.map(
  ({ name, labels }) =>
    [name, [...agentLabels, ...(labels === undefined ? [] : ['state', 'category'])]] as const,
)

const ofOperations = operationFamilies.map(
  ({ name, label }) => [name, ['operation', ...(label === undefined ? [] : [label])]] as const,
)

/** Labels that an entry of `rules/limits.yml` may have, whether the file has such an entry or not. */
const labelsOfLimits = ['limit', 'operation', 'state']

/** The labels in the first part of a recorded name, as in `operation_category:wolkvox_agents:sum`. */
const levels = (record: string) => record.split(':')[0]?.split('_') ?? []

const labelsOfRules = rules.flatMap(({ labels }) => Object.keys(labels ?? {}))

const ofRules = rules.flatMap(({ record }) =>
  record === undefined
    ? []
    : [[record, ['operation', ...labelsOfRules, ...labelsOfLimits, ...levels(record)]] as const],
)

/** What may be asked for, with its labels. */
const known = new Map<string, readonly string[]>([
  ['up', []],
  ['wolkvox_exporter_build_info', []],
  // Of the Prometheus that evaluates the rules.
  ['prometheus_rule_evaluation_failures_total', ['rule_group']],
  ['prometheus_rule_group_rules', ['rule_group']],
  ...ofAgents,
  ...ofOperations,
  ...ofRules,
])

const expressions = rules.map(({ record, alert, expr }) => ({ name: alert ?? record ?? '', expr }))

describe.each(expressions)('$name', ({ expr }) => {
  it('asks for metrics that there are, by labels that they have', () => {
    for (const { metric, labels } of selectorsOf(expr)) {
      expect([...known.keys()]).toContain(metric)
      for (const label of labels) expect([...(known.get(metric) ?? []), ...OF_TARGET]).toContain(label)
    }
  })

  it('puts together by labels that there are', () => {
    const all = new Set([...known.values()].flat())
    for (const label of groupingLabelsOf(expr)) expect([...all, ...OF_TARGET]).toContain(label)
  })
})

describe('the reader of expressions', () => {
  it('finds every metric with the labels that are asked for', () => {
    expect(selectorsOf('sum by (a) (x{b="1", c=~"2"}) / on (d) group_left (e) y[5m] > z:w')).toEqual([
      { metric: 'x', labels: ['b', 'c'] },
      { metric: 'y', labels: [] },
      { metric: 'z:w', labels: [] },
    ])
  })

  it('finds the labels that things are put together by', () => {
    expect(groupingLabelsOf('sum by (a) (x{b="1"}) / on (d) group_left (e) y')).toEqual(['a', 'd', 'e'])
  })

  it('refuses what is no PromQL', () => {
    expect(() => selectorsOf('sum by (')).toThrow(SyntaxError)
  })
})
