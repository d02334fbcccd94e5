import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Dispatcher, request } from 'undici'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

/** A process of the exporter. */
export interface ServeProcess {
  /** Its URL; `undefined` if it exits before it listens. */
  readonly url: Promise<string | undefined>
  /** Resolves when it has exited. */
  readonly exited: Promise<unknown>
  readonly hasExited: () => boolean
  /** Its log so far. */
  readonly log: () => string
  /** Resolves when a new part of the log contains this text; rejects if the process exits first. */
  readonly nextLog: (part: string) => Promise<void>
  readonly child: ChildProcess
  /** Sends SIGKILL. @returns `exited` */
  readonly kill: () => Promise<unknown>
}

/** How to start the process. */
export interface ServeOptions {
  /** Whether Ctrl-C for the script does not reach it. */
  readonly detached?: boolean
  /** Path of the program. Default: the source. */
  readonly main?: string
  /** Where it listens on the loopback interface. Default: a free port. */
  readonly port?: number
  /** URL of a module that every thread loads first. It can exchange messages with the script. */
  readonly preload?: string
  /** Further flags. */
  readonly flags?: readonly string[]
}

interface Waiting {
  readonly part: string
  /** Length of the log when the wait began. */
  readonly after: number
  readonly resolve: () => void
}

/**
 * Starts the exporter as a separate process.
 *
 * @param folder `--storage.path`
 */
export function startServe(
  environment: Readonly<Record<string, string>>,
  folder: string,
  { detached = false, main = MAIN, port = 0, preload, flags = [] }: ServeOptions = {},
): ServeProcess {
  const child = spawn(
    process.execPath,
    [
      ...(preload === undefined ? [] : ['--import', preload]),
      // At `debug`, each refresh has a line.
      ...[main, 'serve', '--log.level=debug', '--log.format=json'],
      ...[`--web.listen-address=127.0.0.1:${port}`, `--storage.path=${folder}`],
      ...flags,
    ],
    {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'ignore', 'pipe', preload === undefined ? 'ignore' : 'ipc'],
      detached,
    },
  )
  const url = Promise.withResolvers<string | undefined>()
  const waiting = new Set<Waiting>()
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text
    const listening = /"url":"(https?:\/\/[^/"]+)/.exec(log)
    if (listening !== null) url.resolve(listening[1])
    for (const wanted of waiting) if (log.includes(wanted.part, wanted.after)) wanted.resolve()
  })
  const exited = once(child, 'close').then(() => url.resolve(undefined))

  async function nextLog(part: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<'logged'>()
    const wanted = { part, after: log.length, resolve: () => resolve('logged') }
    waiting.add(wanted)
    const outcome = await Promise.race([promise, exited])
    waiting.delete(wanted)
    if (outcome !== 'logged') throw new Error(`the exporter exited before it logged ${part}: ${log}`)
  }

  return {
    url: url.promise,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    log: () => log,
    nextLog,
    child,
    kill: () => {
      child.kill('SIGKILL')
      return exited
    },
  }
}

/** How to request `/metrics`. */
export interface ScrapeOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Whether to close the connection afterwards. */
  readonly reset?: boolean
  readonly signal?: AbortSignal
  /** For a certificate that is not trusted. */
  readonly dispatcher?: Dispatcher
}

/** @throws if there is no complete response with status 200 */
export async function getMetrics(url: string, options: ScrapeOptions) {
  const { statusCode, headers, body } = await request(`${url}/metrics`, options)
  const firstByteAt = performance.now()
  const bytes = Buffer.from(await body.arrayBuffer())
  if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`)
  return { headers, bytes, firstByteAt }
}
