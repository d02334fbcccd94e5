/**
 * Runs one task at a time. Clients take turns: one that asks often does not delay the others. Suspects, such as clients that have
 * sent a wrong password, come after all others.
 */
export interface FairQueue {
  /**
   * @param client whose turn the task takes
   * @param isClientConnected asked when its turn comes; without its client, a task does not run
   * @returns the result; `undefined` if too many tasks wait, or the client has disconnected
   */
  run<T>(client: string, isClientConnected: () => boolean, task: () => Promise<T>): Promise<T | undefined>
}

// A client that asks more often than it gets answers is refused.
const MAX_PER_CLIENT = 8
// At a tenth of a second each, about what Prometheus waits.
const MAX_WAITING = 64

interface Waiting {
  run(): Promise<void>
  refuse(): void
}

/** Makes an empty queue. */
export function createFairQueue(
  isSuspect: (client: string) => boolean,
  maxPerClient = MAX_PER_CLIENT,
  maxWaiting = MAX_WAITING,
): FairQueue {
  // Clients in the order of their turns.
  const clients = new Map<string, Waiting[]>()
  let waiting = 0
  let isRunning = false

  async function runAll(): Promise<void> {
    if (isRunning) return
    isRunning = true
    for (let next = takeNext(); next !== undefined; next = takeNext()) await next.run()
    isRunning = false
  }

  function takeNext(): Waiting | undefined {
    const [first] = clients
    if (first === undefined) return undefined
    const [client, [task, ...others]] = clients.entries().find(([each]) => !isSuspect(each)) ?? first
    clients.delete(client)
    if (others.length > 0) clients.set(client, others)
    waiting -= 1
    return task
  }

  /** Makes room for a client that has no task yet, at the cost of the client with the most, or of a suspect. */
  function makeRoom(newcomer: string): boolean {
    const victim =
      clients
        .entries()
        .filter(([, tasks]) => tasks.length > 1)
        .reduce<[string, Waiting[]] | undefined>(
          (longest, each) => (each[1].length > (longest?.[1].length ?? 0) ? each : longest),
          undefined,
        ) ?? (isSuspect(newcomer) ? undefined : clients.entries().find(([each]) => isSuspect(each)))
    if (victim === undefined) return false
    const [client, tasks] = victim
    tasks.pop()?.refuse()
    if (tasks.length === 0) clients.delete(client)
    waiting -= 1
    return true
  }

  return {
    run<T>(client: string, isClientConnected: () => boolean, task: () => Promise<T>) {
      const own = clients.get(client) ?? []
      const isFull =
        own.length >= maxPerClient || (waiting >= maxWaiting && (own.length > 0 || !makeRoom(client)))
      if (isFull) return Promise.resolve(undefined)
      return new Promise<T | undefined>((resolve, reject) => {
        own.push({
          run: () =>
            isClientConnected() ? task().then(resolve, reject) : Promise.resolve(resolve(undefined)),
          refuse: () => resolve(undefined),
        })
        clients.set(client, own)
        waiting += 1
        void runAll()
      })
    },
  }
}
