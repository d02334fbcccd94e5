import { stat } from 'node:fs/promises'
import { codeOf } from './error-text.ts'

/** A watch that was started. */
export interface FileWatcher {
  /** Reports now, even if no file seems to have changed. A file that is being written is reported again when it is complete. */
  check(): void
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
  close(): Promise<void>
}

// Polling also sees files that Kubernetes swaps by symbolic links, and network file systems, which send no events.
const POLL_INTERVAL_MS = 3000

/**
 * Polls files and reports when one of them may have changed, including once after the start. A change is reported when two polls
 * in a row see the same: an editor or a slow copy may still be writing, and half a file can be valid. At most one operation is in
 * flight, so a hung disk occupies one thread.
 *
 * @param paths the files, asked before each poll
 * @param onChange returns `false` to be called again at the next poll
 */
export function watchFiles(
  paths: () => readonly string[],
  onChange: () => Promise<boolean>,
  intervalMs: number = POLL_INTERVAL_MS,
): FileWatcher {
  /** What the last poll has found, and what the last successful report was about. */
  let found: string | undefined
  let seen: string | undefined
  let inFlight: Promise<void> | undefined
  let isForced = false
  let isClosed = false

  async function poll(): Promise<void> {
    do {
      const before = found
      // Before the files are read: the next poll sees a change that comes while they are read.
      const description = await describe(paths())
      // A request can come just before a poll: only polls are an interval apart.
      if (!isForced) found = description
      if (isClosed || !(isForced || (description === before && description !== seen))) return
      isForced = false
      seen = (await onChange()) && description === before ? description : undefined
    } while (isForced)
  }

  function start(): void {
    if (isClosed) return
    inFlight ??= poll().finally(() => {
      inFlight = undefined
    })
  }

  const timer = setInterval(start, intervalMs).unref()
  return {
    check() {
      isForced = true
      start()
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      await inFlight
    },
  }
}

/** Changes with the contents, the file behind a link, and the permissions. */
async function describe(paths: readonly string[]): Promise<string> {
  const texts: string[] = []
  for (const path of paths) texts.push(`${path} ${await describeFile(path)}`)
  return texts.join('\n')
}

async function describeFile(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    return codeOf(error)
  }
}
