import { collectDefaultMetrics, Gauge, type MetricValue, Registry } from 'prom-client'
import type { FilledFamily } from '../exposition/family.ts'
import type { BuildInfo } from './build-info.ts'

// prom-client's defaults that promtool's lint complains of, for their names.
const LINT_FAILS: ReadonlySet<string> = new Set([
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
])

/** Collects what the exporter says of itself. */
export type CollectOwnMetrics = () => Promise<readonly FilledFamily[]>

/**
 * Sets up the metrics about the process and the build. They are handed on as values, not as prom-client's own text:
 * its registry cannot serve both formats, as OpenMetrics takes `_total` off its counters for good.
 *
 * @param startedAt when the configuration was read, in milliseconds since 1970
 */
export function createOwnMetrics(build: BuildInfo, startedAt: number): CollectOwnMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'wolkvox_exporter_build_info',
    help: 'Which build this is, always 1.',
    labelNames: ['version', 'revision', 'node_version'],
    registers,
  }).set({ version: build.version, revision: build.revision, node_version: build.nodeVersion }, 1)
  new Gauge({
    name: 'wolkvox_exporter_config_last_reload_successful',
    help: 'Whether the last attempt to read the configuration succeeded (1) or failed (0).',
    registers,
  }).set(1)
  new Gauge({
    name: 'wolkvox_exporter_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was read.',
    registers,
  }).set(startedAt / 1000)

  return async () => {
    const metrics = await registry.getMetricsAsJSON()
    return metrics
      .filter(({ name }) => !LINT_FAILS.has(name))
      .map(({ name, help, type, values }) => ({ name, help, type, samples: values.map(toSample) }))
  }
}

function toSample(value: MetricValue<string> & { metricName?: string }) {
  const labels = Object.fromEntries(Object.entries(value.labels).map(([name, text]) => [name, String(text)]))
  const sample = { labels, value: value.value }
  return value.metricName === undefined ? sample : { ...sample, name: value.metricName }
}
