import { stat } from 'node:fs/promises'
import { codeOf } from '../error-text.ts'

/** Notices when files are replaced, whichever way: written in place, renamed, or a link on their path changed. */
export interface FileWatcher {
  /** Reads the configuration again, even if no file seems to have changed. */
  check(): void
  stop(): void
}

// Asking for the state of a file is cheap. Notifications of the kernel miss network file systems and links on the path.
const POLL_MS = 5000

/**
 * Watches files by polling. Nothing overlaps: while a hung disk delays one round, no other begins.
 *
 * @param onChanged called after a change
 */
export function watchFiles(paths: readonly string[], onChanged: () => Promise<void>): FileWatcher {
  let before: string | undefined
  let isForced = false
  let isBusy = false
  let isStopped = false

  async function round(): Promise<void> {
    if (isBusy || isStopped) return
    isBusy = true
    try {
      const state = await statesOf(paths)
      const isChanged = before !== undefined && state !== before
      before = state
      if (!isChanged && !isForced) return
      isForced = false
      if (!isStopped) await onChanged()
    } finally {
      isBusy = false
    }
    if (isForced) await round()
  }

  const timer = setInterval(() => void round(), POLL_MS)
  timer.unref()
  void round()
  return {
    check() {
      isForced = paths.length > 0
      void round()
    },
    stop() {
      isStopped = true
      clearInterval(timer)
    },
  }
}

/** A text that differs after any change of the files. One file at a time: a hung disk holds a thread for each. */
async function statesOf(paths: readonly string[]): Promise<string> {
  const states: string[] = []
  for (const path of paths) states.push(await stateOf(path))
  return states.join('\n')
}

/** Follows links, so that it sees the file behind them. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    return codeOf(error)
  }
}
