import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Life } from './life.ts'
import { LATENCY_MS } from './settings.ts'

// A short interval, and a timeout that is longer.
const CAUSED_BY_SETTINGS = /WOLKVOX_(REFRESH_INTERVAL|TIMEOUT): /

/** Lines of the log that ask for somebody's attention, but for those that the bench's own settings cause. */
export function complaintsIn(log: string): string[] {
  const whole = log.split('\n').slice(0, -1)
  return whole.filter((line) => !line.includes('"level":"info"') && !CAUSED_BY_SETTINGS.test(line))
}

export interface StoredFile {
  readonly name: string
  readonly writtenAt: number
}

export async function filesIn(folder: string): Promise<StoredFile[]> {
  const names = await readdir(folder)
  return Promise.all(
    names.map(async (name) => ({ name, writtenAt: (await stat(join(folder, name))).mtimeMs })),
  )
}

/**
 * What a life has certainly stored: the last that it served, where the file was written after that was fetched, or else
 * the one before, as no refresh begins before the one before is kept.
 */
export function storedBy({ served }: Life, files: readonly StoredFile[]): number | undefined {
  const last = served.at(-1)
  const file = files.find(({ name }) => name.endsWith('.snapshot'))
  return last !== undefined && file !== undefined && file.writtenAt >= last * 1000 ? last : served.at(-2)
}

/** What the life was doing when the kill came. */
export function whereItLanded(life: Life, files: readonly StoredFile[], lastCall = 0) {
  const { startedAt, listening, killedAt = 0 } = life
  // Of an earlier life, one stays until its name is written to again.
  const halfWritten = files.some(({ name, writtenAt }) => name.endsWith('.tmp') && writtenAt >= startedAt)
  if (halfWritten) return 'writing'
  if (!listening) return 'starting'
  return killedAt - lastCall < LATENCY_MS ? 'fetching' : 'otherwise'
}
