/** What decides when a task has its turn. */
export interface Turn {
  /** The lower number is more important. */
  readonly priority: number
  /** After this wait, in milliseconds, the task no longer lets more important ones overtake it. */
  readonly maxWaitMs: number
  /** Ends the wait. */
  readonly signal: AbortSignal
}

/**
 * Lets one task run at a time.
 *
 * Of several that wait, the most important one is next; of equals, the one that came first. Priority alone would let slow,
 * important tasks keep the others waiting forever. So a task that has waited longer than its limit goes before the most important
 * one, unless that one has waited for a less important task before: the most important task waits for at most one less important
 * task.
 */
export interface CallQueue {
  /** Runs a task in its turn. @throws the signal's reason, or what the task throws */
  run<T>(turn: Turn, task: () => Promise<T>): Promise<T>
}

interface Waiting {
  readonly priority: number
  /** When the limit of its wait is reached, on the monotonic clock. */
  readonly overdueAt: number
  /** Whether a less important task has run during its wait. */
  hasYielded: boolean
  readonly start: () => void
}

/** Makes an empty queue. */
export function createCallQueue(): CallQueue {
  /** The most important first, then in the order in which they came. */
  const waiting: Waiting[] = []
  /** Priority of the task that runs. */
  let running: number | undefined

  async function waitForTurn({ priority, maxWaitMs, signal }: Turn, current: number): Promise<void> {
    const { promise: turn, resolve: start, reject } = Promise.withResolvers<void>()
    const overdueAt = performance.now() + maxWaitMs
    const entry: Waiting = { priority, overdueAt, hasYielded: priority < current, start }
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
    const next = chooseNext(waiting, performance.now())
    // The queue stays busy for the next one: its task starts a moment later.
    running = next?.priority
    if (next === undefined) return
    waiting.splice(waiting.indexOf(next), 1)
    for (const other of waiting) other.hasYielded ||= other.priority < next.priority
    next.start()
  }

  return {
    async run(turn, task) {
      turn.signal.throwIfAborted()
      if (running === undefined) running = turn.priority
      else await waitForTurn(turn, running)
      try {
        turn.signal.throwIfAborted()
        return await task()
      } finally {
        endTurn()
      }
    },
  }
}

/** @param waiting in the order of their importance */
function chooseNext(waiting: readonly Waiting[], now: number): Waiting | undefined {
  const [first] = waiting
  if (first === undefined || first.hasYielded) return first
  const longest = waiting.reduce((one, other) => (other.overdueAt < one.overdueAt ? other : one))
  return longest.overdueAt <= now ? longest : first
}
