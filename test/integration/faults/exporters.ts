import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import type { Operation } from '../../../src/config/operation.ts'
import { startExporter } from '../../../src/exporter/exporter.ts'
import { anOperation } from '../../../tools/fixtures.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname

/** An exporter wired as in production. */
export interface RunningExporter {
  readonly url: string
  stop(): Promise<void>
}

/** An exporter in a separate process, so that a crash does not end the tests. */
export interface ExporterProcess extends RunningExporter {
  /** Throws with the last output if the process has ended. */
  checkAlive(): void
  /** Peak resident memory since the last {@link resetPeak}, in bytes. */
  peak(): Promise<number>
  resetPeak(): Promise<void>
}

// Short, so that a scenario takes about a second. The retries of a refresh still fit in.
const INTERVAL_MS = 300

// Usually a fraction of a second, but a loaded machine can need more.
const START_MS = 15_000

/** Starts an exporter in the process of the test: fast, and enough for most faults. */
export async function startExporterHere(
  baseUrl: string,
  overrides: Partial<Operation> = {},
): Promise<RunningExporter> {
  const storagePath = await temporaryFolder()
  const operation = anOperation({ baseUrl, refreshIntervalMs: INTERVAL_MS, timeoutMs: 5000, ...overrides })
  const exporter = await startExporter(
    { operations: [operation], warnings: [] },
    { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/metrics', storagePath },
    pino({ level: 'silent' }),
  )
  return {
    url: exporter.urls[0] ?? '',
    async stop() {
      await exporter.stop()
      await removeFolder(storagePath)
    },
  }
}

/** Starts the exporter as a process. @param environment additional variables */
export async function startExporterProcess(
  baseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ExporterProcess> {
  const storagePath = await temporaryFolder()
  const child = spawn(
    process.execPath,
    [MAIN, '--web.listen-address=127.0.0.1:0', '--log.format=json', `--storage.path=${storagePath}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        WOLKVOX_SERVER: '0042',
        WOLKVOX_TOKEN: 'test-token',
        WOLKVOX_OPERATION: 'ventas',
        WOLKVOX_BASE_URL: baseUrl,
        WOLKVOX_REFRESH_INTERVAL: '1s',
        WOLKVOX_STALE_AFTER: '1h',
        ...environment,
      },
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-10_000)
    })
  }
  const checkAlive = () => {
    if (hasEnded(child))
      throw new Error(`the exporter ended (${child.exitCode ?? child.signalCode}): ${output}`)
  }
  const url = await listeningUrl(() => output, checkAlive).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    checkAlive,
    // VmHWM is the peak. Writing 5 to clear_refs resets it to the current value.
    peak: async () =>
      Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    resetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, '5'),
    async stop() {
      const ended = hasEnded(child) ? undefined : once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await removeFolder(storagePath)
    },
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

async function listeningUrl(output: () => string, checkAlive: () => void): Promise<string> {
  for (let waited = 0; waited < START_MS; waited += 20) {
    const match = /"url":"(http:\/\/[^/"]+)/.exec(output())
    if (match?.[1] !== undefined) return match[1]
    checkAlive()
    await sleep(20)
  }
  throw new Error(`the exporter did not start: ${output()}`)
}

const temporaryFolder = () => mkdtemp(join(tmpdir(), 'wolkvox-faults-'))

const removeFolder = (path: string) => rm(path, { recursive: true, force: true, maxRetries: 5 })
