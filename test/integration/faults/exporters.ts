import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { startExporter } from '../../../src/commands/exporter.ts'
import type { Operation } from '../../../src/config/operation.ts'
import { anOperation } from '../../support/helpers.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname

/** An exporter wired as in production. */
export interface RunningExporter {
  readonly url: string
  stop(): Promise<void>
}

/** One in a process of its own, which a fault may bring down without bringing the tests down. */
export interface ExporterProcess extends RunningExporter {
  /** Throws when the process has ended, with what it said last. */
  checkAlive(): void
  /** Most memory that was resident since the last {@link forgetPeak}, in bytes. */
  peak(): Promise<number>
  forgetPeak(): Promise<void>
}

// So short that a row of good, fault, good takes about a second; the retries of a refresh fit in it many times.
const INTERVAL_MS = 300

// It takes a fraction of a second; a loaded machine may need more.
const START_MS = 15_000

/** Starts an exporter within the test's own process: quick, and all that most faults need. */
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

/** Starts the exporter itself. @param environment beside the settings that every test wants */
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
    // VmHWM is the peak; writing 5 to clear_refs sets it back to what is resident now.
    peak: async () =>
      Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    forgetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, '5'),
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
