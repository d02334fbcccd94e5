import type { Operation } from '../config/operation.ts'
import { type Attempt, failedOutcome, type RestoreResult } from '../model/outcome.ts'
import { toPlain } from './protocol.ts'
import { WorkerLostError, type WorkerPool } from './worker-pool.ts'

/** The pipeline of a report on worker threads: fetch, read, render. */
export interface WorkerClient {
  /**
   * One call to wolkvox, from the request to finished bytes. A lost worker thread is a failed outcome.
   *
   * @throws the signal's reason
   */
  attempt(operation: Operation, report: string, signal: AbortSignal): Promise<Attempt>
  /**
   * Reads and renders a stored snapshot.
   *
   * @param stored bytes of the file, which are transferred
   * @throws WorkerLostError
   */
  restore(operation: Operation, report: string, stored: Uint8Array): Promise<RestoreResult>
}

/** @param storesSnapshots whether the bytes of snapshot files are needed */
export function createWorkerClient(pool: WorkerPool, storesSnapshots: boolean): WorkerClient {
  async function attempt(operation: Operation, report: string, signal: AbortSignal): Promise<Attempt> {
    const plain = toPlain(operation)
    const called = await pool.run<'call'>({ task: 'call', operation: plain, report }, signal).result
    signal.throwIfAborted()
    if (called === undefined) throw new WorkerLostError('the worker thread gave no result', 'internal')
    if (!called.ok) {
      const { reason, message, ...advice } = called.failure
      return { outcome: failedOutcome(reason, message, undefined, advice), encoded: undefined }
    }
    const { response } = called
    const { clockSkewMs } = response
    // Before the body is transferred to another thread.
    const received = { status: response.status, bytes: response.body.length }
    const reading = pool.run<'read'>(
      { task: 'read', operation: plain, report, response, encode: storesSnapshots },
      signal,
    )
    const result = await reading.result
    signal.throwIfAborted()
    if (result === undefined) throw new WorkerLostError('the worker thread gave no result', 'internal')
    const outcome = { ...result, received }
    return { outcome, encoded: outcome.ok && storesSnapshots ? reading.encoded : undefined, clockSkewMs }
  }

  return {
    async attempt(operation, report, signal) {
      signal.throwIfAborted()
      try {
        return await attempt(operation, report, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof WorkerLostError)) throw error
        return { outcome: failedOutcome(error.reason, error.message), encoded: undefined }
      }
    },
    async restore(operation, report, stored) {
      const result = await pool.run<'restore'>({
        task: 'restore',
        operation: toPlain(operation),
        report,
        stored,
      }).result
      if (result === undefined) throw new WorkerLostError('the worker thread gave no result', 'internal')
      return result
    },
  }
}
