import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../tools/free-port.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startServer } from './server.ts'

/** Starts a real Prometheus that scrapes the target every second. @returns functions that call its HTTP API */
export async function startPrometheus(target: string) {
  return startPrometheusWith(`
  - job_name: wolkvox
    static_configs: [{ targets: ['${new URL(target).host}'] }]
`)
}

/** The same with these `scrape_configs`. */
export async function startPrometheusWith(scrapeConfigs: string) {
  const directory = temporaryFolder()
  const config = join(directory, 'prometheus.yml')
  await writeFile(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:${scrapeConfigs}`,
  )
  const url = `http://127.0.0.1:${await freePort()}`
  await startServer(url, 'prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
  ])
  async function get(path: string, parameters: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const reply = (await response.json()) as { status: string; data: unknown }
    if (reply.status !== 'success') throw new Error(JSON.stringify(reply))
    return reply.data
  }
  return {
    get,
    /** The vector of an instant query: values with their labels, without the labels of the target. */
    async query(expression: string) {
      const { result } = (await get('query', { query: expression })) as {
        result: { metric: Record<string, string>; value: [number, string] }[]
      }
      return result.map(({ metric: { __name__, instance, job, ...labels }, value }) => ({
        labels,
        value: Number(value[1]),
      }))
    },
  }
}
