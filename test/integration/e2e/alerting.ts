import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../../tools/eventually.ts'
import { readText } from '../../../tools/files.ts'
import { freePort } from '../../../tools/free-port.ts'
import { filesIn } from '../../../tools/rule-files.ts'
import { serveHttp } from '../../support/loopback-server.ts'
import { startServer } from '../../support/programs/server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A message as Alertmanager sends it to a webhook. */
export interface Notification {
  readonly status: 'firing' | 'resolved'
  readonly groupLabels: Readonly<Record<string, string>>
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved'
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

/** Durations for production, and durations that a test can wait for. */
const HURRIED: readonly (readonly [RegExp, string])[] = [
  [/for: \d+m/g, 'for: 2s'],
  [/interval: 1m/g, 'interval: 1s'],
  [/(scrape|evaluation)_interval: 30s/g, '$1_interval: 1s'],
  [/scrape_timeout: 25s/g, 'scrape_timeout: 1s'],
  [/group_wait: \d+s/g, 'group_wait: 2s'],
  [/group_interval: \d+m/g, 'group_interval: 2s'],
  // Windows in which counters grow.
  [/(_total(?:\{[^}]*\})?)\[\d+[mh]\]/g, '$1[5s]'],
]

const hurry = (text: string) => HURRIED.reduce((hurried, [slow, fast]) => hurried.replace(slow, fast), text)

/** Alertmanager and its webhook receiver. */
export interface Alerting {
  /** The messages that have arrived. */
  readonly received: () => readonly Notification[]
  /** The name of the alert that inhibits this one of an operation or account; `undefined` if none does. */
  readonly inhibitorOf: (alertname: string, subject: string) => Promise<string | undefined>
}

/** Changes to the configuration files of the project. */
export interface AlertingOptions {
  /** Notifies of alerts with the severity info too. */
  readonly notifyInfo?: boolean
  /** Entries added at the end of `rules/limits.yml`: the value as PromQL, and the labels. */
  readonly moreLimits?: readonly (readonly [expr: string, labels: string])[]
}

/**
 * Starts the chain behind exporters as the project's files set it up: Prometheus with the rules, which has scraped each
 * of them, Alertmanager, and a webhook receiver.
 *
 * @param exporters their URLs
 */
export async function startAlerting(
  exporters: readonly string[],
  { notifyInfo = false, moreLimits = [] }: AlertingOptions = {},
): Promise<Alerting> {
  const received: Notification[] = []
  const receiver = await serveHttp(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await request.toArray()).toString()))
    response.end()
  })
  const folder = temporaryFolder()
  await mkdir(join(folder, 'rules'))
  const [prometheus, alertmanager] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const files = {
    'prometheus.yml': hurry(readText('prometheus.yml'))
      .replace("'exporter:9989'", exporters.map((url) => `'${new URL(url).host}'`).join(', '))
      .replaceAll('alertmanager:9093', alertmanager)
      // Prometheus itself, for the alerts about the rules.
      .replace('localhost:9090', prometheus),
    'alertmanager.tmpl': readText('alertmanager.tmpl'),
    'alertmanager.yml': hurry(readText('alertmanager.yml'))
      .replace('http://localhost:5001/', receiver)
      .replace(/(?<=severity="info"\]\n +receiver: )nobody/, notifyInfo ? 'webhook' : 'nobody'),
    ...Object.fromEntries(filesIn('rules').map((path) => [path, hurry(readText(path))])),
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  for (const [expr, labels] of moreLimits)
    await appendFile(
      join(folder, 'rules/limits.yml'),
      `      - { record: 'wolkvox:limit', expr: '${expr}', labels: { ${labels} } }\n`,
    )

  await startServer(`http://${alertmanager}`, 'prometheus-alertmanager', [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${alertmanager}`,
    '--cluster.listen-address=',
  ])
  await startServer(`http://${prometheus}`, 'prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${prometheus}`,
  ])
  await eventually('scrape of every exporter', async () => {
    const up = `count(up{job="wolkvox"} == 1) == ${exporters.length}`
    const response = await fetch(`http://${prometheus}/api/v1/query?${new URLSearchParams({ query: up })}`)
    const { data } = (await response.json()) as { data: { result: readonly unknown[] } }
    return data.result[0]
  })
  const inhibitorOf = async (alertname: string, subject: string) => {
    const response = await fetch(`http://${alertmanager}/api/v2/alerts`)
    return nameOfInhibitor((await response.json()) as KnownAlert[], alertname, subject)
  }
  return { received: () => received, inhibitorOf }
}

/** The operation of an alert, or the account of an alert about the quota. */
export function subjectOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels.operation ?? labels.account
}

/** An alert in the response of Alertmanager's API. */
interface KnownAlert {
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly inhibitedBy: readonly string[] }
}

function nameOfInhibitor(
  alerts: readonly KnownAlert[],
  alertname: string,
  subject: string,
): string | undefined {
  const inhibited = alerts.find(
    ({ labels }) => labels.alertname === alertname && subjectOf(labels) === subject,
  )
  const by = alerts.find(({ fingerprint }) => inhibited?.status.inhibitedBy.includes(fingerprint))
  return by?.labels.alertname
}
