import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'undici'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

/** A process of the exporter. */
export interface ServeProcess {
  /** Where it listens; `undefined` when it has ended before it did. */
  readonly url: Promise<string | undefined>
  /** Resolves when it has ended, however that came. */
  readonly exited: Promise<unknown>
  readonly hasExited: () => boolean
  /** All that it has logged so far. */
  readonly log: () => string
  /** Resolves as soon as something new with this in it is logged; rejects when it has ended without. */
  readonly nextLog: (part: string) => Promise<void>
  readonly child: ChildProcess
  /** Ends it at once, by kill -9. @returns `exited` */
  readonly kill: () => Promise<unknown>
}

/** How the process is started. */
export interface ServeOptions {
  /** Whether it is spared the Ctrl-C that ends the script. */
  readonly detached?: boolean
  /** Path of the program; the source itself unless given. */
  readonly main?: string
  /** Path of a module that is loaded first, in every thread; the script and it can send each other messages. */
  readonly preload?: string
}

interface Waiting {
  readonly part: string
  /** Characters of the log that are too old. */
  readonly after: number
  readonly resolve: () => void
}

/**
 * Starts the exporter as a process of its own, on a free port.
 *
 * @param folder `--storage.path`
 */
export function startServe(
  environment: Readonly<Record<string, string>>,
  folder: string,
  { detached = false, main = MAIN, preload }: ServeOptions = {},
): ServeProcess {
  const child = spawn(
    process.execPath,
    [
      ...(preload === undefined ? [] : ['--import', preload]),
      ...[main, 'serve', '--web.listen-address=127.0.0.1:0', '--log.format=json', `--storage.path=${folder}`],
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
    const listening = /"url":"(http:\/\/[^/"]+)/.exec(log)
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
    if (outcome !== 'logged') throw new Error(`the exporter has ended without ${part}: ${log}`)
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

/** How `/metrics` is asked for. */
export interface ScrapeOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the connection is given up afterwards. */
  readonly reset?: boolean
  readonly signal?: AbortSignal
}

/** @throws when there is no whole answer with status 200 */
export async function getMetrics(url: string, options: ScrapeOptions) {
  const { statusCode, headers, body } = await request(`${url}/metrics`, options)
  const firstByteAt = performance.now()
  const bytes = Buffer.from(await body.arrayBuffer())
  if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`)
  return { headers, bytes, firstByteAt }
}
