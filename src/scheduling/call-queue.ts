/** Lets one task run at a time. */
export interface CallQueue {
  /**
   * Runs a task when no other runs. Of several that wait, the one with the lowest number is next; of equals, the one that came
   * first.
   *
   * @param signal ends the wait
   * @throws the signal's reason, or what the task throws
   */
  run<T>(priority: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>
}

interface Waiting {
  readonly priority: number
  readonly start: () => void
}

/** Makes an empty queue. */
export function createCallQueue(): CallQueue {
  /** In the order of their turns. */
  const waiting: Waiting[] = []
  let isBusy = false

  async function waitForTurn(priority: number, signal: AbortSignal): Promise<void> {
    const { promise: turn, resolve: start, reject } = Promise.withResolvers<void>()
    const entry = { priority, start }
    const later = waiting.findIndex((other) => other.priority > priority)
    waiting.splice(later === -1 ? waiting.length : later, 0, entry)
    const abort = () => {
      const index = waiting.indexOf(entry)
      if (index !== -1) waiting.splice(index, 1)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort)
    try {
      await turn
    } finally {
      // The signal may live as long as the process.
      signal.removeEventListener('abort', abort)
    }
  }

  function endTurn(): void {
    const next = waiting.shift()
    // The queue stays busy for the next one: its task starts a moment later.
    if (next === undefined) isBusy = false
    else next.start()
  }

  return {
    async run(priority, signal, task) {
      signal.throwIfAborted()
      if (isBusy) await waitForTurn(priority, signal)
      isBusy = true
      try {
        signal.throwIfAborted()
        return await task()
      } finally {
        endTurn()
      }
    },
  }
}
