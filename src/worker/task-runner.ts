import { type Abort, fromPlain, type Reply, type Task, type TaskRequest, type Tasks } from './protocol.ts'
import type { WorkerTasks } from './tasks.ts'

/** Runs the tasks that the serving thread asks for. */
export interface TaskRunner {
  /**
   * Runs a task, or ends one early.
   *
   * @returns the reply to a task; nothing for an abort, as the task itself is answered
   * @throws what the task throws, unless it was ended early
   */
  handle(message: TaskRequest | Abort): Promise<Reply | undefined>
  /** How many tasks are in progress. */
  running(): number
}

export function createTaskRunner(tasks: WorkerTasks): TaskRunner {
  const inProgress = new Map<number, AbortController>()

  async function run(
    { task, operation, stored = new Uint8Array() }: TaskRequest,
    signal: AbortSignal,
  ): Promise<Tasks[Task]> {
    switch (task) {
      case 'attempt':
        return tasks.attempt(fromPlain(operation), signal)
      case 'encode':
        return tasks.encode(fromPlain(operation))
      case 'restore':
        return tasks.restore(fromPlain(operation), stored)
    }
  }

  return {
    async handle(message) {
      const { id } = message
      if ('abort' in message) {
        inProgress.get(id)?.abort(new Error('ended early'))
        return undefined
      }
      const ending = new AbortController()
      inProgress.set(id, ending)
      try {
        return { id, result: await run(message, ending.signal) }
      } catch (error) {
        if (!ending.signal.aborted) throw error
        return { id, result: undefined }
      } finally {
        inProgress.delete(id)
      }
    },
    running: () => inProgress.size,
  }
}
