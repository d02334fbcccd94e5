import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ROOT } from '../../tools/files.ts'
import {
  getMetrics,
  type ScrapeOptions,
  type ServeOptions,
  type ServeProcess,
  startServe,
} from '../serve-process.ts'
import type { Defer } from './setup.ts'

/** By default, the benchmark measures the build, as in the image and the package. */
const BUILT = join(ROOT, 'dist/main.js')

/** Part of the log line of a successful refresh. */
export const REFRESHED = '"msg":"refreshed"'

/** Long enough that the only refresh is the one at the start. */
export const ONCE_SECONDS = 3600

export interface MeasuredExporter extends ServeProcess {
  readonly listening: string
}

/** The settings of glibc in the image and the systemd unit. */
export const allocation = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' }

/** The environment of the measured exporter. */
export function settingsFor(wolkvoxUrl: string, intervalSeconds: number) {
  return {
    ...allocation,
    WOLKVOX_BASE_URL: wolkvoxUrl,
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN: 'bench-token',
    WOLKVOX_REFRESH_INTERVAL: `${intervalSeconds}s`,
  }
}

/**
 * Starts an exporter, and kills it when the work ends.
 *
 * @param folder `--storage.path`
 * @throws if the exporter exits before it listens
 */
export async function startMeasuredExporter(
  settings: Readonly<Record<string, string>>,
  folder: string,
  defer: Defer,
  options: ServeOptions = {},
): Promise<MeasuredExporter> {
  const serve = startServe(settings, folder, { main: BUILT, ...options })
  defer(serve.kill)
  const listening = await serve.url
  if (listening === undefined) throw new Error(`the exporter did not start: ${serve.log()}`)
  return { ...serve, listening }
}

/** Waits for this many successful refreshes. */
export async function untilRefreshed(exporter: ServeProcess, times = 1): Promise<void> {
  const refreshes = () => exporter.log().split(REFRESHED).length - 1
  // Several lines can arrive at once.
  for (const target = refreshes() + times; refreshes() < target; ) await exporter.nextLog(REFRESHED)
}

const decompress = promisify(gunzip)

/** A body of `/metrics`, as received and as text. */
export interface ReceivedBody {
  readonly gzip: Buffer
  readonly text: Buffer
  /** When its first byte arrived, by `performance.now()`. */
  readonly firstByteAt: number
}

/** @throws if the response is not compressed */
export async function getBody(url: string, options: ScrapeOptions = {}): Promise<ReceivedBody> {
  const { headers, bytes, firstByteAt } = await getMetrics(url, {
    ...options,
    headers: { ...options.headers, 'accept-encoding': 'gzip' },
  })
  if (headers['content-encoding'] !== 'gzip') throw new Error(`${url} does not compress`)
  return { gzip: bytes, text: await decompress(bytes), firstByteAt }
}

export async function getPlainBody(url: string): Promise<Buffer> {
  return (await getMetrics(url, { headers: { 'accept-encoding': 'identity' } })).bytes
}

const FETCHED_AT = '\nwolkvox_last_success_timestamp_seconds{'

/** The time of the last refresh in a body, in milliseconds since 1970; `NaN` if there is none. */
export function fetchedAtOf(text: Buffer): number {
  const from = text.indexOf(FETCHED_AT) + 1
  if (from === 0) return Number.NaN
  const line = text.toString('latin1', from, text.indexOf('\n', from))
  return Math.round(1000 * Number(line.split(' ').at(-1)))
}
