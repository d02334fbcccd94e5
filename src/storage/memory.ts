import type { Operation } from '../config/operation.ts'
import type { Calls, Memory } from '../refresh/memory.ts'
import { noMemory } from '../refresh/memory.ts'
import type { Isolation } from '../worker/isolation.ts'
import { readCalls, writeCalls } from './calls-file.ts'

/**
 * Keeps an operation's calls and its last good answer in a folder. What cannot be written or used costs a warning, the
 * first time, and never a refresh.
 *
 * @param folder `--storage.path`; empty keeps nothing
 * @param warn told what is wrong
 */
export function createMemory(
  folder: string,
  operation: Operation,
  isolation: Pick<Isolation, 'keep' | 'recall'>,
  warn: (problem: string) => void,
): Memory {
  if (folder === '') return noMemory
  let writable = true

  /** Complains when writing begins to fail, not each time that it still does. */
  function kept(problem: string | undefined): boolean {
    const ok = problem === undefined
    if (!ok && writable) warn(`${problem}; until it can be written, a restart costs a call and leaves a gap`)
    writable = ok
    return ok
  }

  return {
    async recall() {
      const calls = await readCalls(folder, operation, Date.now())
      const snapshot = await isolation.recall(operation, folder).catch(toProblem)
      for (const problem of [calls.problem, snapshot.problem]) if (problem !== undefined) warn(problem)
      return { calls: calls.content, served: 'served' in snapshot ? snapshot.served : undefined }
    },
    async keepCalls(calls: Calls) {
      const { problem } = await writeCalls(folder, operation, calls, Date.now()).then(noProblem, toProblem)
      return kept(problem)
    },
    async keepSnapshot() {
      const { problem } = await isolation.keep(operation, folder).catch(toProblem)
      return kept(problem)
    },
  }
}

function noProblem(): { readonly problem: undefined } {
  return { problem: undefined }
}

function toProblem(error: unknown): { readonly problem: string } {
  return { problem: error instanceof Error ? error.message : String(error) }
}
