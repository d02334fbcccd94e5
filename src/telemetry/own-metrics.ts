import { setImmediate as nextIteration } from 'node:timers/promises'
import type { MetricValue } from 'prom-client'
// Not from 'prom-client': its index also loads OpenTelemetry and cluster support, which slow the start down.
import Gauge from 'prom-client/lib/gauge.js'
import gc from 'prom-client/lib/metrics/gc.js'
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed.js'
import heapSpacesSizeAndUsed from 'prom-client/lib/metrics/heapSpacesSizeAndUsed.js'
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap.js'
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js'
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js'
import processResources from 'prom-client/lib/metrics/processResources.js'
import processStartTime from 'prom-client/lib/metrics/processStartTime.js'
import version from 'prom-client/lib/metrics/version.js'
import Registry from 'prom-client/lib/registry.js'
import type { BuildInfo } from '../build-info.ts'
import { type Shard, SINGLE_SHARD } from '../config/shard.ts'
import type { FilledFamily } from '../model/family.ts'
import type { ReloadState } from './reloads.ts'

// The default metrics of prom-client that cost nothing between scrapes. The two event loop metrics take a measurement every
// 10 ms, which uses more CPU than the rest of the process. The one about CPU time loads OpenTelemetry; see cpuFamilies.
const DEFAULT_METRICS = [
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

// promtool's lint rejects this gauge: the suffix _total is for counters.
const MISNAMED_GAUGE = 'nodejs_active_resources_total'

/** Collects the metrics about the exporter process. */
export type CollectOwnMetrics = () => Promise<readonly FilledFamily[]>

/**
 * Sets up the metrics about the process and the build. Returns values instead of prom-client's text, because one registry
 * cannot serve both formats: in OpenMetrics mode it removes `_total` from its counters permanently.
 *
 * @param reloads what became of the last attempts to read the configuration
 * @param shard which accounts this process serves
 */
export function createOwnMetrics(
  build: BuildInfo,
  reloads: () => Pick<ReloadState, 'isSuccessful' | 'succeededAt'>,
  shard: Shard = SINGLE_SHARD,
): CollectOwnMetrics {
  const registry = new Registry()
  const registers = [registry]
  for (const register of DEFAULT_METRICS) register(registry)
  new Gauge({
    name: 'wolkvox_exporter_build_info',
    help: 'Version of the exporter, always 1.',
    labelNames: ['version', 'revision', 'node_version'],
    registers,
  }).set({ version: build.version, revision: build.revision, node_version: build.nodeVersion }, 1)
  new Gauge({
    name: 'wolkvox_exporter_shard_info',
    help: 'The shard of the accounts that this process serves, counted from 0, and the number of shards, always 1.',
    labelNames: ['shard', 'total_shards'],
    registers,
  }).set({ shard: String(shard.number), total_shards: String(shard.total) }, 1)
  const reloadSucceeded = new Gauge({
    name: 'wolkvox_exporter_config_last_reload_successful',
    help: 'Whether the files of the configuration could be used when they were last read (1) or not (0): settings, token, certificates, users.',
    registers,
  })
  const reloadedAt = new Gauge({
    name: 'wolkvox_exporter_config_last_reload_success_timestamp_seconds',
    help: 'When the current configuration was read.',
    registers,
  })

  const lag = new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'Duration of one event loop iteration during the scrape.',
    registers,
  })

  return async () => {
    lag.set(await measureIteration())
    const { isSuccessful, succeededAt } = reloads()
    reloadSucceeded.set(isSuccessful ? 1 : 0)
    reloadedAt.set(succeededAt / 1000)
    const metrics = await registry.getMetricsAsJSON()
    return [
      ...cpuFamilies(process.cpuUsage()),
      ...metrics
        .filter(({ name }) => name !== MISNAMED_GAUGE)
        .map(({ name, help, type, values }) => ({ name, help, type, samples: values.map(toSample) })),
    ]
  }
}

/** CPU time of the process under the names that prom-client uses. @param usage in microseconds */
function cpuFamilies({ user, system }: NodeJS.CpuUsage): FilledFamily[] {
  const seconds = (name: string, kind: string, microseconds: number): FilledFamily => ({
    name: `process_cpu_${name}`,
    help: `Total ${kind} CPU time spent in seconds.`,
    type: 'counter',
    samples: [{ labels: {}, value: microseconds / 1e6 }],
  })
  return [
    seconds('user_seconds_total', 'user', user),
    seconds('system_seconds_total', 'system', system),
    seconds('seconds_total', 'user and system', user + system),
  ]
}

/** @returns the seconds that one iteration of the event loop takes now */
async function measureIteration(): Promise<number> {
  const from = performance.now()
  await nextIteration()
  return (performance.now() - from) / 1000
}

function toSample(value: MetricValue<string> & { metricName?: string }) {
  const labels = Object.fromEntries(Object.entries(value.labels).map(([name, text]) => [name, String(text)]))
  const sample = { labels, value: value.value }
  return value.metricName === undefined ? sample : { ...sample, name: value.metricName }
}
