import { stat } from 'node:fs/promises'
import { codeOf } from '../../error-text.ts'

/** A watch that was started. */
export interface FileWatcher {
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
  close(): Promise<void>
}

// Polling also sees files that Kubernetes swaps by symbolic links, and network file systems, which send no events.
const POLL_INTERVAL_MS = 3000

/**
 * Polls files and reports when one of them may have changed, including once after the start. At most one operation is in flight,
 * so a hung disk occupies one thread.
 *
 * @param paths the files, asked before each poll
 * @param onChange returns `false` to be called again at the next poll
 */
export function watchFiles(
  paths: () => readonly string[],
  onChange: () => Promise<boolean>,
  intervalMs: number = POLL_INTERVAL_MS,
): FileWatcher {
  let seen: string | undefined
  let inFlight: Promise<void> = Promise.resolve()
  let isClosed = false
  let timer: NodeJS.Timeout

  async function poll(): Promise<void> {
    // Before the files are read: the next poll sees a change that comes while they are read.
    const found = await describe(paths())
    if (isClosed || found === seen) return
    seen = (await onChange()) ? found : undefined
  }

  function schedule(): void {
    if (isClosed) return
    timer = setTimeout(() => {
      inFlight = poll().finally(schedule)
    }, intervalMs).unref()
  }

  schedule()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      return inFlight
    },
  }
}

/** Changes with the contents, the file behind a link, and the permissions. */
async function describe(paths: readonly string[]): Promise<string> {
  const texts: string[] = []
  for (const path of paths) {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
      texts.push([path, dev, ino, size, mtimeNs, ctimeNs].join(' '))
    } catch (error) {
      texts.push(`${path} ${codeOf(error)}`)
    }
  }
  return texts.join('\n')
}
