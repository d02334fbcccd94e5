import type { Operation } from '../config/operation.ts'
import { messageOf } from '../error-text.ts'
import type { Served } from '../refresh/attempt.ts'
import { delay } from '../refresh/delay.ts'
import { type Calls, noStorage, type Storage } from '../refresh/storage.ts'
import { readCalls, writeCalls } from './calls-file.ts'

/** Keeps snapshots where they are read and rendered, off the serving thread. */
export interface Snapshots {
  /** Keeps the last good answer. @throws when it could not even be tried */
  save(operation: Operation): Promise<{ readonly problem: string | undefined }>
  /** Renders what an earlier run has kept. @throws when it could not even be tried */
  load(
    operation: Operation,
  ): Promise<{ readonly served: Served | undefined; readonly problem: string | undefined }>
}

/**
 * Keeps an operation's calls and its last good answer in a folder. What cannot be written or used costs a warning, the
 * first time, and never a refresh.
 *
 * @param folder `--storage.path`; empty keeps nothing
 * @param warn told what is wrong
 */
export function createOperationStorage(
  folder: string,
  operation: Operation,
  snapshots: Snapshots,
  warn: (problem: string) => void,
): Storage {
  if (folder === '') return noStorage
  let writable = true

  /** Complains when writing begins to fail, not each time that it still does. */
  function kept(problem: string | undefined): boolean {
    const ok = problem === undefined
    if (!ok && writable) warn(`${problem}; until it can be written, a restart costs a call and leaves a gap`)
    writable = ok
    return ok
  }

  return {
    async load() {
      const calls = await readCalls(folder, operation, Date.now())
      const snapshot = await snapshots.load(operation).catch(toProblem)
      for (const problem of [calls.problem, snapshot.problem]) if (problem !== undefined) warn(problem)
      return { calls: calls.content, served: 'served' in snapshot ? snapshot.served : undefined }
    },
    async saveCalls(calls: Calls) {
      const written = writeCalls(folder, operation, calls, Date.now()).then(noProblem, toProblem)
      const { problem } = await withPatience(written)
      return kept(problem)
    },
    async saveSnapshot() {
      const { problem } = await snapshots.save(operation).catch(toProblem)
      return kept(problem)
    },
  }
}

// A call waits for its count to be kept, but not for a disk that has stopped answering, as a network's may.
const PATIENCE_MS = 10_000

async function withPatience(written: Promise<Problem>): Promise<Problem> {
  const enough = new AbortController()
  const problem = `the disk has not answered for ${PATIENCE_MS / 1000} s`
  const tooLong = delay(PATIENCE_MS, enough.signal).then(() => ({ problem }))
  return Promise.race([written, tooLong]).finally(() => enough.abort())
}

interface Problem {
  readonly problem: string | undefined
}

function noProblem(): Problem {
  return { problem: undefined }
}

function toProblem(error: unknown): { readonly problem: string } {
  return { problem: messageOf(error) }
}
