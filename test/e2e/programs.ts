import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

/** A running program with all that it has printed so far. */
export interface Program {
  readonly process: ChildProcess
  readonly output: () => string
}

/** Where and as whom a program runs: as this process, unless given. */
export type Place = Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'>

/** Starts a program that ends, by its own process id, with the test at the latest. */
export function startProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  place: Place = {},
): Program {
  const child = spawn(command, args, {
    ...place,
    env: { PATH: process.env.PATH, ...environment },
    stdio: 'pipe',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { process: child, output: () => output }
}

/** Runs a program to its end. */
export async function runProgram(command: string, args: readonly string[], input = '') {
  const program = startProgram(command, args)
  program.process.stdin?.end(input)
  const [code] = await once(program.process, 'close')
  return { code, output: program.output() }
}

/** Waits until the check gives something, asking again and again; fails loudly when it never does. */
export async function eventually<T>(
  what: string,
  check: () => T | undefined | Promise<T | undefined>,
  patienceMs = 20_000,
): Promise<T> {
  for (const start = Date.now(); Date.now() - start < patienceMs; await sleep(50)) {
    const found = await check()
    if (found !== undefined) return found
  }
  throw new Error(`in ${patienceMs / 1000} s there was no ${what}`)
}

/** Starts the exporter itself on a free port, with nothing kept from or for another. @returns the program with the URL of its root */
export async function startExporterProcess(
  environment: Record<string, string>,
  args: readonly string[] = [],
): Promise<Program & { readonly url: string }> {
  const program = startProgram(
    process.execPath,
    [MAIN, '--web.listen-address=127.0.0.1:0', '--log.format=json', '--storage.path=', ...args],
    environment,
  )
  const url = await eventually('listening exporter', () => {
    const match = /"url":"(http:\/\/[^/"]+)/.exec(program.output())
    if (program.process.exitCode !== null) throw new Error(`the exporter ended: ${program.output()}`)
    return match?.[1]
  })
  return { ...program, url }
}

/** Starts a real Prometheus that scrapes this target every second. @returns a function that asks its HTTP API */
export async function startPrometheus(target: string) {
  const directory = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(directory, { recursive: true, maxRetries: 5 }))
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

/** Starts a program and waits until it is ready, by its own word at `/-/ready`. @throws when it has ended instead */
export async function startServer(url: string, command: string, args: readonly string[]): Promise<void> {
  const program = startProgram(command, args)
  await eventually(`ready ${command}`, async () => {
    if (program.process.exitCode !== null) throw new Error(`${command} ended: ${program.output()}`)
    return (await answersWell(`${url}/-/ready`)) || undefined
  })
}

/** Whether the page is there: not yet, as long as nobody listens. */
async function answersWell(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED') return false
    throw error
  }
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
