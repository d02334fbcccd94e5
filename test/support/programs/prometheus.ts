import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePort, startServer } from './server.ts'

/** Starts a real Prometheus that scrapes this target every second. @returns a function that asks its HTTP API */
export async function startPrometheus(target: string) {
  const directory = temporaryFolder()
  const config = join(directory, 'prometheus.yml')
  await writeFile(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: wolkvox
    static_configs: [{ targets: ['${new URL(target).host}'] }]
`,
  )
  const url = `http://127.0.0.1:${await freePort()}`
  await startServer(url, 'prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
  ])
  async function ask(path: string, parameters: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const answer = (await response.json()) as { status: string; data: unknown }
    if (answer.status !== 'success') throw new Error(JSON.stringify(answer))
    return answer.data
  }
  return {
    ask,
    /** An instant query's vector: labels without those of the target, with the value. */
    async query(expression: string) {
      const { result } = (await ask('query', { query: expression })) as {
        result: { metric: Record<string, string>; value: [number, string] }[]
      }
      return result.map(({ metric: { __name__, instance, job, ...labels }, value }) => ({
        labels,
        value: Number(value[1]),
      }))
    },
  }
}
