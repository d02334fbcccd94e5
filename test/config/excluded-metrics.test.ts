import { describe, expect, it } from 'vitest'
import { excludedMetrics } from '../../src/config/excluded-metrics.ts'
import { reports } from '../../src/reports/index.ts'
import { statusFamilies } from '../../src/telemetry/status-families.ts'

function excludedMetricsProblems(names: readonly string[]): readonly string[] {
  const { error } = excludedMetrics.schema.safeParse(names)
  return (error?.issues ?? []).map(({ message }) => message)
}

describe('metrics.exclude', () => {
  it('accepts every metric of every report', () => {
    const names = new Set(reports.flatMap(({ families }) => families.map(({ name }) => name)))
    expect(excludedMetricsProblems([...names])).toEqual([])
    expect(names.size).toBeGreaterThan(30)
  })

  it('refuses metrics about the exporter itself, and says what can be listed', () => {
    const names = [
      ...statusFamilies.map(({ name }) => name),
      ...['wolkvox_exporter_build_info', 'process_cpu_seconds_total', 'nodejs_version_info'],
    ]
    expect(excludedMetricsProblems(names)).toEqual(
      names.map(
        (name) =>
          `${name} is not a metric of a report; list only those, such as wolkvox_agent_calls, and not the metrics about the exporter itself`,
      ),
    )
  })

  it.each([
    ['wolkvox_agent_call', /^wolkvox_agent_call is not a metric of a report/],
    ['WOLKVOX_AGENT_CALLS', /^WOLKVOX_AGENT_CALLS is not/],
    ['wolkvox_agent_calls{operation="a"}', /^is not a metric of a report/],
    ['wolkvox_agent_.*', /^is not a metric of a report/],
    ['', /^is not a metric of a report/],
  ])('refuses %j', (name, problem) => {
    expect(excludedMetricsProblems([name])).toEqual([expect.stringMatching(problem)])
  })

  it('refuses a name that is listed twice', () => {
    expect(excludedMetricsProblems(['wolkvox_agent_calls', 'wolkvox_agents', 'wolkvox_agent_calls'])).toEqual(
      ['wolkvox_agent_calls is listed twice; remove one'],
    )
  })
})
