import { watch } from 'node:fs'

/** The writing of files in a folder. */
export interface Writing {
  /** Resolves when something happens to a file with this in its name. */
  readonly next: (part: string) => Promise<void>
  readonly close: () => void
}

export function watchWriting(folder: string): Writing {
  const waiting = new Map<string, () => void>()
  const watcher = watch(folder, (_event, name) => {
    for (const [part, resolve] of waiting) if (name?.includes(part)) resolve()
  })
  return {
    next: (part) => new Promise((resolve) => waiting.set(part, resolve)),
    close: () => watcher.close(),
  }
}
