import type { Operation } from '../config/operation.ts'
import { messageOf } from '../error-text.ts'
import { fieldReaders } from '../exposition/agent-families.ts'
import { renderAgents } from '../exposition/agent-page.ts'
import { createAttempt, toServed } from '../refresh/attempt.ts'
import { readSnapshot, writeSnapshot } from '../storage/snapshot-file.ts'
import { fetchReport } from '../wolkvox/client.ts'
import type { Snapshot } from '../wolkvox/snapshot.ts'
import type { Task, Tasks } from './protocol.ts'

type Run<T extends Task> = (operation: Operation, signal: AbortSignal) => Promise<Tasks[T]>

/**
 * Makes the tasks of the worker thread; what an attempt has read is remembered until it is kept.
 *
 * @param folder `--storage.path`; empty keeps nothing
 */
export function createTasks(folder: string): { readonly [T in Task]: Run<T> } {
  const unsaved = new Map<string, Snapshot>()
  const render = async (snapshot: Snapshot, operation: Operation) => {
    const page = await renderAgents(snapshot, operation.name)
    if (folder !== '') unsaved.set(operation.name, snapshot)
    return page
  }
  const attempt = createAttempt({ fetchReport, fields: fieldReaders, render })

  return {
    attempt,

    async save(operation) {
      const snapshot = unsaved.get(operation.name)
      unsaved.delete(operation.name)
      if (snapshot === undefined) return { problem: 'there is nothing to save' }
      try {
        await writeSnapshot(folder, operation, snapshot, Date.now())
        return { problem: undefined }
      } catch (error) {
        return { problem: messageOf(error) }
      }
    },

    async load(operation) {
      const { content, problem } = await readSnapshot(folder, operation, Date.now())
      const served = content && toServed(content, await renderAgents(content, operation.name))
      return { served, problem }
    },
  }
}
