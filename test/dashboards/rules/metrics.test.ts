import { describe, expect, it } from 'vitest'
import { reports } from '../../../src/reports/index.ts'
import { statusFamilies } from '../../../src/telemetry/status-families.ts'
import { groupingLabelsOf, selectorsOf } from '../../../tools/promql-selectors.ts'
import { rules } from '../../../tools/rule-files.ts'

/** Labels that Prometheus adds to every target. */
const OF_TARGET = ['job', 'instance']

/** Labels of single families, in addition to those of the report's rows. */
const furtherLabels: Readonly<Record<string, readonly string[]>> = {
  wolkvox_agent_state: ['state', 'category'],
  wolkvox_agents: ['category'],
  wolkvox_agent_info: ['group'],
  wolkvox_skill_service_level_ratio: ['threshold_seconds'],
  wolkvox_campaign_info: ['skill_id'],
  wolkvox_campaign_results: ['result'],
  wolkvox_campaign_penetration_ratio: ['window'],
  wolkvox_agent_network_jitter_seconds: ['direction'],
  wolkvox_agent_network_packet_loss_ratio: ['direction'],
}

/** The labels of a family that names its own, after `operation`. */
const ownLabels = (family: object) => (family as { labelNames?: readonly string[] }).labelNames

const ofReports = reports.flatMap(({ families, labelNames }) =>
  families.map((family) => {
    const ofRows = ownLabels(family) ?? ('samples' in family ? [] : labelNames)
    const labels = new Set(['operation', ...ofRows, ...(furtherLabels[family.name] ?? [])])
    return [family.name, [...labels]] as const
  }),
)

const ofStatus = statusFamilies.map(({ name, labels }) => [name, labels] as const)

/** Labels that an entry of `rules/limits.yml` may have, even if the file has no such entry. */
const labelsOfLimits = ['limit', 'operation', 'state', 'skill_id']

/** Levels that stand for more than one label. */
const labelsOfLevel: Readonly<Record<string, readonly string[]>> = {
  skill: ['skill_id', 'skill_name'],
  campaign: ['campaign_id', 'campaign_name'],
  agent: ['agent_id', 'agent_name'],
}

/** The labels in the first part of a recorded name, as in `operation_category:wolkvox_agents:sum`. */
const levels = (record: string) =>
  record
    .split(':')[0]
    ?.split('_')
    .flatMap((level) => labelsOfLevel[level] ?? level) ?? []

const labelsOfRules = rules.flatMap(({ labels }) => Object.keys(labels ?? {}))

const ofRules = rules.flatMap(({ record }) => {
  if (record === undefined) return []
  const ofLimits = record.includes('limit') ? labelsOfLimits : []
  return [[record, [...labelsOfRules, ...ofLimits, ...levels(record)]] as const]
})

/** The metrics that a rule may use, with their labels. */
const known = new Map<string, readonly string[]>([
  ['up', []],
  ['wolkvox_exporter_build_info', []],
  ['wolkvox_exporter_config_last_reload_successful', []],
  // Metrics of the Prometheus that evaluates the rules.
  ['prometheus_rule_evaluation_failures_total', ['rule_group']],
  ['prometheus_rule_group_rules', ['rule_group']],
  ...ofReports,
  ...ofStatus,
  ...ofRules,
])

const expressions = rules.map(({ record, alert, expr }) => ({ name: alert ?? record ?? '', expr }))

describe.each(expressions)('$name', ({ expr }) => {
  it('uses existing metrics and labels', () => {
    for (const { metric, labels } of selectorsOf(expr)) {
      expect([...known.keys()]).toContain(metric)
      for (const label of labels) expect([...(known.get(metric) ?? []), ...OF_TARGET]).toContain(label)
    }
  })

  it('groups and joins by existing labels', () => {
    const all = new Set([...known.values()].flat())
    for (const label of groupingLabelsOf(expr)) expect([...all, ...OF_TARGET]).toContain(label)
  })
})

describe('the PromQL reader', () => {
  it('finds each metric with the labels of its selector', () => {
    expect(selectorsOf('sum by (a) (x{b="1", c=~"2"}) / on (d) group_left (e) y[5m] > z:w')).toEqual([
      { metric: 'x', labels: ['b', 'c'] },
      { metric: 'y', labels: [] },
      { metric: 'z:w', labels: [] },
    ])
  })

  it('finds the labels of groupings and joins', () => {
    expect(groupingLabelsOf('sum by (a) (x{b="1"}) / on (d) group_left (e) y')).toEqual(['a', 'd', 'e'])
  })

  it('rejects invalid PromQL', () => {
    expect(() => selectorsOf('sum by (')).toThrow(SyntaxError)
  })
})
