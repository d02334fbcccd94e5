import { reports } from '../reports/index.ts'

/** Names of metrics that can be excluded: those of reports. The others show whether the data is old or missing. */
const excludable: ReadonlySet<string> = new Set(
  reports.flatMap(({ families }) => families.map(({ name }) => name)),
)

// A name of Prometheus. Another text may be a token in the wrong place and must not be repeated.
const METRIC_NAME = /^[a-z_:][a-z0-9_:]{0,99}$/i

/**
 * Checks a list of metrics to exclude.
 *
 * @returns a problem for each name that cannot be excluded: what is wrong, and what to do
 */
export function excludedMetricsProblems(names: readonly string[]): string[] {
  return names.flatMap((name, index) => {
    const quoted = METRIC_NAME.test(name) ? `${name} ` : ''
    if (names.indexOf(name) !== index) return [`${quoted}is listed twice; remove it once`]
    if (excludable.has(name)) return []
    return [
      `${quoted}is not a metric of a report; list only those, such as wolkvox_agent_calls, and not the metrics about the exporter itself`,
    ]
  })
}
