/** Undoes something; whatever it does at once has to be enough where nobody can wait for the rest. */
type Undo = () => unknown

/**
 * Does a piece of work, then undoes what it has deferred, the last first, whether it went well or not. When the process
 * exits meanwhile, all is undone as far as that goes at once.
 */
export async function withCleanup<T>(work: (defer: (undo: Undo) => void) => Promise<T>): Promise<T> {
  const undos: Undo[] = []
  const undoAtOnce = () => {
    for (const undo of undos) void undo()
  }
  process.once('exit', undoAtOnce)
  try {
    return await work((undo) => undos.unshift(undo))
  } finally {
    process.off('exit', undoAtOnce)
    for (const undo of undos) await undo()
  }
}

export type Defer = (undo: Undo) => void
