import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startExporter } from '../../../src/exporter/exporter.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope, anOperation, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startPrometheusWith } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

const NAMES = ['ventas', 'atención "24/7"', 'cobros & más']

// Prometheus adds these to each target.
const OF_PROMETHEUS = /^(up|scrape_.*)$/

// These appear with the first collection of garbage of a kind.
const APPEARS_LATER = /^nodejs_gc_/

type Series = Readonly<Record<string, string>>

const keyOf = (name: string, labels: Series) =>
  JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])

describe.skipIf(!haveTools('prometheus'))('a real Prometheus that discovers operations', () => {
  it('scrapes each separately, with the path of the metrics, and has each series exactly once', async () => {
    const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '1002' })])))
    // The first two share an account, whose metrics must not appear twice.
    const operations = NAMES.map((name, index) => {
      const account = Math.max(index - 1, 0)
      return anOperation({ name, server: `000${account}`, baseUrl: `${baseUrl}/${account}`, licenses: 5 })
    })
    const exporter = await startExporter(
      { operations, warnings: [] },
      { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/other', storagePath: '' },
      pino({ level: 'silent' }),
    )
    onTestFinished(() => exporter.stop())
    const [url = ''] = exporter.urls
    const { host } = new URL(url)
    const whole = async () => (await fetch(`${url}/other`)).text()
    await eventually('all operations', async () => {
      const ups = (await whole()).match(/^wolkvox_up\{.*\} 1$/gm)
      return ups?.length === NAMES.length || undefined
    })
    const prometheus = await startPrometheusWith(`
  - job_name: wolkvox
    http_sd_configs: [{ url: '${url}/sd', refresh_interval: 1s }]
    relabel_configs:
      - source_labels: [__address__, __param_operation]
        separator: /
        target_label: instance
    metric_relabel_configs: [{ source_labels: [__name__], regex: wolkvox_account_.+, action: drop }]
  - job_name: wolkvox-exporter
    metrics_path: /other
    params: { operation: [''] }
    static_configs: [{ targets: ['${host}'] }]
`)
    await eventually('all targets', async () => {
      const up = await prometheus.query('up == 1')
      return up.length === NAMES.length + 1 || undefined
    })

    const found = (await prometheus.get('series', { 'match[]': '{job=~"wolkvox.*"}' })) as Series[]
    const instances = new Map<string, Set<string>>()
    for (const { __name__ = '', job, instance = '', ...labels } of found) {
      if (OF_PROMETHEUS.test(__name__) || APPEARS_LATER.test(__name__)) continue
      const key = keyOf(__name__, labels)
      instances.set(key, (instances.get(key) ?? new Set()).add(instance))
      if (labels.operation !== undefined) expect(instance).toBe(`${host}/${labels.operation}`)
    }
    expect([...instances].filter(([, of]) => of.size !== 1)).toEqual([])
    const expected = parseExposition(await whole())
      .filter(({ name }) => !APPEARS_LATER.test(name))
      .map(({ name, labels }) => keyOf(name, labels))
    expect([...instances.keys()].sort()).toEqual([...new Set(expected)].sort())
    expect(expected.length).toBeGreaterThan(150)
  })
})
