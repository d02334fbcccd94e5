import type { Operation } from '../config/operation.ts'
import { fieldReaders } from '../exposition/agent-families.ts'
import { renderAgents } from '../exposition/agent-page.ts'
import { createAttempt, type Outcome, toServed } from '../refresh/attempt.ts'
import { decodeSnapshot, encodeSnapshot } from '../storage/snapshot-file.ts'
import { fetchReport } from '../wolkvox/report.ts'
import type { Snapshot } from '../wolkvox/snapshot.ts'
import type { Tasks } from './protocol.ts'

/** What the worker thread does. */
export interface WorkerTasks {
  attempt(operation: Operation, signal: AbortSignal): Promise<Outcome>
  encode(operation: Operation): Tasks['encode']
  /** @param stored bytes of the file */
  restore(operation: Operation, stored: Uint8Array): Promise<Tasks['restore']>
}

/**
 * Makes the tasks of the worker thread.
 *
 * @param remembersSnapshots whether what an attempt has read is remembered until it is encoded
 */
export function createTasks(remembersSnapshots: boolean): WorkerTasks {
  const unsaved = new Map<string, Snapshot>()
  const render = async (snapshot: Snapshot, operation: Operation) => {
    const page = await renderAgents(snapshot, operation.name)
    if (remembersSnapshots) unsaved.set(operation.name, snapshot)
    return page
  }

  return {
    attempt: createAttempt({ fetchReport, fields: fieldReaders, render }),

    encode(operation) {
      const snapshot = unsaved.get(operation.name)
      unsaved.delete(operation.name)
      return { bytes: snapshot && encodeSnapshot(operation, snapshot, Date.now()) }
    },

    async restore(operation, stored) {
      const { content, problem } = decodeSnapshot(stored, operation, Date.now())
      const served = content && toServed(content, await renderAgents(content, operation.name))
      return { served, problem }
    },
  }
}
