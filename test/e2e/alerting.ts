import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { serveHttp } from '../helpers.ts'
import { filesIn, readText } from '../rules/files.ts'
import { freePort, startServer } from './programs.ts'

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

/** What stands in the files for production, at a pace that a test can wait for. */
const HURRIED: readonly (readonly [RegExp, string])[] = [
  [/\bfor: \d+m/g, 'for: 2s'],
  [/interval: 1m/g, 'interval: 1s'],
  [/(scrape|evaluation)_interval: 30s/g, '$1_interval: 1s'],
  [/scrape_timeout: 25s/g, 'scrape_timeout: 1s'],
  [/group_wait: \d+s/g, 'group_wait: 2s'],
  [/group_interval: \d+m/g, 'group_interval: 2s'],
]

const hurry = (text: string) => HURRIED.reduce((hurried, [slow, fast]) => hurried.replace(slow, fast), text)

/**
 * Starts the chain behind an exporter as the project's files set it up: Prometheus with the rules, Alertmanager, and
 * somebody's phone.
 *
 * @param exporter its URL
 * @returns what has arrived at the phone so far
 */
export async function startAlerting(exporter: string): Promise<() => readonly Notification[]> {
  const received: Notification[] = []
  const phone = await serveHttp(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await request.toArray()).toString()))
    response.end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(folder, { recursive: true, maxRetries: 5 }))
  await mkdir(join(folder, 'rules'))
  const [prometheus, alertmanager] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const files = {
    'prometheus.yml': hurry(readText('prometheus.yml'))
      .replace('exporter:9989', new URL(exporter).host)
      .replaceAll('alertmanager:9093', alertmanager),
    'alertmanager.yml': hurry(readText('alertmanager.yml')).replace('http://localhost:5001/', phone),
    ...Object.fromEntries(filesIn('rules').map((path) => [path, hurry(readText(path))])),
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)

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
  return () => received
}
