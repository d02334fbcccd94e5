import { join } from 'node:path'
import { type ServeOptions, type ServeProcess, startServe } from '../serve-process.ts'
import type { Defer } from './cleanup.ts'
import { ROOT } from './run-program.ts'

/** What is measured unless it is said: the build, as it is in the image and in the package. */
const BUILT = join(ROOT, 'dist/main.js')

/** Part of the log's line about a refresh that went well. */
export const REFRESHED = '"msg":"refreshed"'

/** Long enough that there is one refresh, at the start, and no other. */
export const ONCE_SECONDS = 3600

export interface Exporter extends ServeProcess {
  readonly listening: string
}

/** What the image and the systemd unit tell glibc: one arena for all threads. */
export const allocation = { MALLOC_ARENA_MAX: '1' }

/** Of the exporter that is measured. */
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
 * Starts an exporter that ends with the work.
 *
 * @param folder `--storage.path`
 * @throws when it ends before it listens
 */
export async function startExporter(
  settings: ReturnType<typeof settingsFor>,
  folder: string,
  defer: Defer,
  options: ServeOptions = {},
): Promise<Exporter> {
  const serve = startServe(settings, folder, { main: BUILT, ...options })
  defer(serve.kill)
  const listening = await serve.url
  if (listening === undefined) throw new Error(`the exporter did not start: ${serve.log()}`)
  return { ...serve, listening }
}

/** Waits for this many refreshes that go well. */
export async function untilRefreshed(exporter: ServeProcess, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) await exporter.nextLog(REFRESHED)
}
