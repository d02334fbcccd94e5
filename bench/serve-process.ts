import { spawn } from 'node:child_process'
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
  /** Ends it at once, by kill -9. @returns `exited` */
  readonly kill: () => Promise<unknown>
}

/**
 * Starts the exporter as a process of its own, on a free port.
 *
 * @param folder `--storage.path`
 * @param detached whether it is spared the Ctrl-C that ends the script
 */
export function startServe(
  environment: Readonly<Record<string, string>>,
  folder: string,
  detached = false,
): ServeProcess {
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', '--web.listen-address=127.0.0.1:0', '--log.format=json', `--storage.path=${folder}`],
    { env: { PATH: process.env.PATH, ...environment }, stdio: ['ignore', 'ignore', 'pipe'], detached },
  )
  const url = Promise.withResolvers<string | undefined>()
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
    const listening = /"url":"(http:\/\/[^/"]+)/.exec(log)
    if (listening !== null) url.resolve(listening[1])
  })
  const exited = once(child, 'close').then(() => url.resolve(undefined))
  return {
    url: url.promise,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    log: () => log,
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
  const bytes = Buffer.from(await body.arrayBuffer())
  if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`)
  return { headers, bytes }
}
