import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startExporter } from '../../../src/exporter/exporter.ts'
import { eventually } from '../../../tools/eventually.ts'
import { readText } from '../../../tools/files.ts'
import { anEnvelope, anOperation, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startPrometheusWith } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

/** Two operations of one account, and one of another. */
const NAMES = { ventas: '0042', soporte: '0042', cobranza: '0043' }

// Prometheus adds these to each target.
const OF_PROMETHEUS = /^(up|scrape_.*)$/

// With the first collection of garbage of a kind.
const APPEARS_LATER = /^nodejs_gc_/

describe.skipIf(!haveTools('prometheus'))('Prometheus with prometheus.several.yml', () => {
  it('scrapes each operation separately, and stores each series once', async () => {
    const url = await exporterOfSeveral()
    const { get } = await startPrometheusWith(jobsFor(url))

    const targets = await eventually('all targets', async () => {
      const { activeTargets } = (await get('targets', { state: 'active' })) as { activeTargets: Target[] }
      return activeTargets.length > 3 && activeTargets.every(({ health }) => health === 'up')
        ? activeTargets
        : undefined
    })
    expect(targets.map(({ labels }) => labels.operation ?? 'process').sort()).toEqual(
      [...Object.keys(NAMES), 'process'].sort(),
    )

    const { host } = new URL(url)
    const exposed = parseExposition(await (await fetch(`${url}/metrics`)).text()).filter(
      ({ name }) => !APPEARS_LATER.test(name),
    )
    const series = (await get('series', { 'match[]': `{instance="${host}"}` })) as Record<string, string>[]
    expect(series.map(({ job }) => job)).toEqual(series.map(() => 'wolkvox'))
    const stored = series.filter(
      ({ __name__: name = '' }) => !OF_PROMETHEUS.test(name) && !APPEARS_LATER.test(name),
    )
    expect(stored.map(({ job, instance, ...labels }) => sorted(labels)).sort()).toEqual(
      exposed.map(({ name, labels }) => sorted({ ...labels, __name__: name })).sort(),
    )
  })
})

interface Target {
  readonly health: string
  readonly labels: Readonly<Record<string, string>>
}

/** Starts an exporter that has data of all operations. @returns its URL */
async function exporterOfSeveral(): Promise<string> {
  const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord()])))
  const operations = Object.entries(NAMES).map(([name, server]) => anOperation({ name, server, baseUrl }))
  const exporter = await startExporter(
    { operations, warnings: [] },
    { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/metrics', storagePath: '' },
    pino({ level: 'silent' }),
  )
  onTestFinished(() => exporter.stop())
  const [url = ''] = exporter.urls
  await eventually('data', async () => (await fetch(`${url}/-/ready`)).ok || undefined)
  return url
}

/** The jobs of the file for this exporter, in a hurry, with the job of Prometheus itself left out. */
function jobsFor(url: string): string {
  const text = readText('prometheus.several.yml').replaceAll('exporter:9989', new URL(url).host)
  const [ofOperations, ofProcess] = parse(text).scrape_configs
  const hurried = [ofOperations, ofProcess].map((job) => ({
    ...job,
    scrape_interval: '1s',
    scrape_timeout: '1s',
  }))
  return ` ${JSON.stringify(hurried)}\n`
}

const sorted = (labels: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(labels).sort())
