import { setImmediate as loopTurn } from 'node:timers/promises'
import { Gauge, type MetricValue, Registry } from 'prom-client'
import gc from 'prom-client/lib/metrics/gc.js'
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed.js'
import heapSpacesSizeAndUsed from 'prom-client/lib/metrics/heapSpacesSizeAndUsed.js'
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap.js'
import processCpuTotal from 'prom-client/lib/metrics/processCpuTotal.js'
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js'
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js'
import processResources from 'prom-client/lib/metrics/processResources.js'
import processStartTime from 'prom-client/lib/metrics/processStartTime.js'
import version from 'prom-client/lib/metrics/version.js'
import type { FilledFamily } from '../exposition/family.ts'
import type { BuildInfo } from './build-info.ts'

// Those of prom-client's default metrics that cost nothing between scrapes. The two about the event loop measure every 10 ms,
// which took more CPU than everything else this process does.
const DEFAULT_METRICS = [
  processCpuTotal,
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  processResources,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  version,
  gc,
]

// promtool's lint rejects the name: _total is for counters.
const LINT_FAILS = 'nodejs_active_resources_total'

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
  for (const register of DEFAULT_METRICS) register(registry)
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

  const lag = new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How long the event loop took for a turn while this was collected.',
    registers,
  })

  return async () => {
    lag.set(await measureLoopTurn())
    const metrics = await registry.getMetricsAsJSON()
    return metrics
      .filter(({ name }) => name !== LINT_FAILS)
      .map(({ name, help, type, values }) => ({ name, help, type, samples: values.map(toSample) }))
  }
}

/** @returns seconds until the event loop has come round: what else waits for it at this moment */
async function measureLoopTurn(): Promise<number> {
  const from = performance.now()
  await loopTurn()
  return (performance.now() - from) / 1000
}

function toSample(value: MetricValue<string> & { metricName?: string }) {
  const labels = Object.fromEntries(Object.entries(value.labels).map(([name, text]) => [name, String(text)]))
  const sample = { labels, value: value.value }
  return value.metricName === undefined ? sample : { ...sample, name: value.metricName }
}
