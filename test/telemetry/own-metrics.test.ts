import { describe, expect, it, vi } from 'vitest'
import { writeDynamicSection } from '../../src/exposition/exposition.ts'
import type { FilledFamily } from '../../src/model/family.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

const BUILD = { version: '1.2.3', revision: 'abc123', nodeVersion: 'v24.0.0' }
const STARTED_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 600)

const reloads = { isSuccessful: true, succeededAt: STARTED_AT }

const collect = createOwnMetrics(BUILD, () => reloads)

function samplesOf(families: readonly FilledFamily[], name: string) {
  return families.find((family) => family.name === name)?.samples
}

describe('the metrics about the exporter', () => {
  it('have the version of the build', async () => {
    expect(samplesOf(await collect(), 'wolkvox_exporter_build_info')).toEqual([
      { labels: { version: '1.2.3', revision: 'abc123', node_version: 'v24.0.0' }, value: 1 },
    ])
  })

  it.each([
    ['wolkvox_exporter_config_last_reload_successful', 1],
    ['wolkvox_exporter_config_last_reload_success_timestamp_seconds', STARTED_AT / 1000],
  ])('have the state of the configuration: %s', async (name, value) => {
    expect(samplesOf(await collect(), name)).toEqual([{ labels: {}, value }])
  })

  it('say that a file of the configuration cannot be used', async () => {
    const failed = createOwnMetrics(BUILD, () => ({ isSuccessful: false, succeededAt: STARTED_AT }))
    expect(samplesOf(await failed(), 'wolkvox_exporter_config_last_reload_successful')).toEqual([
      { labels: {}, value: 0 },
    ])
  })

  it.each([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'process_open_fds',
    'process_max_fds',
    'nodejs_active_resources',
    'nodejs_eventloop_lag_seconds',
    'nodejs_heap_space_size_used_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_version_info',
  ])('contain %s', async (name) => {
    expect(samplesOf(await collect(), name)).not.toHaveLength(0)
  })

  it('are only about the exporter, the process and Node', async () => {
    const others = (await collect()).filter(({ name }) => !/^(wolkvox_exporter|process|nodejs)_/.test(name))
    expect(others).toEqual([])
  })

  it('have names that end in _total for counters only', async () => {
    const families = await collect()
    const named = families.filter(({ name }) => name.endsWith('_total')).map(({ name }) => name)
    const counters = families.filter(({ type }) => type === 'counter').map(({ name }) => name)
    expect(named).toEqual(counters)
    expect(counters).not.toEqual([])
  })

  it('have names without metric types, which promtool rejects', async () => {
    const families = await collect()
    expect(families.filter(({ name }) => /_(gauge|counter|histogram|summary)(_|$)/.test(name))).toEqual([])
  })

  it('have help for every family and unique names', async () => {
    const families = await collect()
    expect(families.filter(({ help }) => help.trim() === '')).toEqual([])
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length)
  })

  it('have only numbers as values and only texts as labels', async () => {
    const samples = (await collect()).flatMap((family) => family.samples)
    expect(samples.filter(({ value }) => typeof value !== 'number')).toEqual([])
    expect(
      samples.flatMap(({ labels }) => Object.values(labels)).filter((text) => typeof text !== 'string'),
    ).toEqual([])
  })

  it('have separate names for the buckets, the sum and the count of a histogram', async () => {
    // Allocations cause the garbage collections that fill this histogram.
    const samples = await vi.waitFor(async () => {
      Array.from({ length: 200_000 }, (_, index) => ({ index }))
      const filled = samplesOf(await collect(), 'nodejs_gc_duration_seconds') ?? []
      expect(filled).not.toEqual([])
      return filled
    })
    expect([...new Set(samples.map(({ name }) => name))].toSorted()).toEqual(
      ['bucket', 'count', 'sum'].map((part) => `nodejs_gc_duration_seconds_${part}`),
    )
  })
})

describe('collecting again', () => {
  const names = (families: readonly FilledFamily[]) => families.map(({ name, type }) => `${name} ${type}`)

  it('does not change the names', async () => {
    const before = names(await collect())
    expect(names(await collect())).toEqual(before)
  })

  it('does not change the names after OpenMetrics was written', async () => {
    const write = async (format: 'text' | 'openmetrics') => {
      const text = writeDynamicSection(await collect(), format)
      return text.split('\n').filter((line) => line.startsWith('# TYPE'))
    }
    const before = await write('text')
    const openMetrics = await write('openmetrics')
    expect(openMetrics).toContain('# TYPE process_cpu_seconds counter')
    expect(await write('text')).toEqual(before)
    expect(before).toContain('# TYPE process_cpu_seconds_total counter')
  })

  it('updates the process metrics', async () => {
    const cpu = async () => samplesOf(await collect(), 'process_cpu_seconds_total')?.[0]?.value ?? Number.NaN
    const before = await cpu()
    const until = performance.now() + 20
    while (performance.now() < until) Math.hypot(until, 1)
    expect(await cpu()).toBeGreaterThan(before)
  })

  it('measures the current delay of the event loop', async () => {
    const lag = async () =>
      samplesOf(await collect(), 'nodejs_eventloop_lag_seconds')?.[0]?.value ?? Number.NaN
    setImmediate(() => {
      const until = performance.now() + 50
      while (performance.now() < until);
    })
    expect(await lag()).toBeGreaterThanOrEqual(0.05)
    expect(await lag()).toBeLessThan(0.05)
  })

  it('does not affect another exporter in the same process', async () => {
    const other = createOwnMetrics({ ...BUILD, version: '9.9.9' }, () => reloads)
    expect(samplesOf(await collect(), 'wolkvox_exporter_build_info')).toHaveLength(1)
    expect(samplesOf(await other(), 'wolkvox_exporter_build_info')?.[0]?.labels.version).toBe('9.9.9')
  })
})

it('names the shard', async () => {
  const shardOf = async (collect: ReturnType<typeof createOwnMetrics>) =>
    (await collect()).find(({ name }) => name === 'wolkvox_exporter_shard_info')?.samples
  expect(await shardOf(collect)).toEqual([{ labels: { shard: '0', total_shards: '1' }, value: 1 }])
  const third = createOwnMetrics(BUILD, () => reloads, { number: 2, total: 3 })
  expect(await shardOf(third)).toEqual([{ labels: { shard: '2', total_shards: '3' }, value: 1 }])
})
