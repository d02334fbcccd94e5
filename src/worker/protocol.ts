import type { Operation } from '../config/operation.ts'
import { Secret } from '../config/secret.ts'
import type { Outcome, Served } from '../refresh/attempt.ts'

/** What can be asked of the worker thread, with what it answers. */
export interface Tasks {
  /** One call to wolkvox, from the request to finished bytes. */
  attempt: Outcome
  /** The snapshot of the last good attempt as bytes for a file; nothing where there was none since the last time. */
  encode: { readonly bytes: Uint8Array | undefined }
  /** Finished bytes of a snapshot that an earlier run has stored, or why it cannot be used. */
  restore: { readonly served: Served | undefined; readonly problem: string | undefined }
}

export type Task = keyof Tasks

/** An operation as it can be handed to another thread, its token in the open. */
export type PlainOperation = Omit<Operation, 'token'> & { readonly token: string }

export interface TaskRequest {
  readonly id: number
  readonly task: Task
  readonly operation: PlainOperation
  /** For `restore`: the bytes of the file. */
  readonly stored?: Uint8Array | undefined
}

/** Ends a request early; it is still answered. */
export interface Abort {
  readonly id: number
  readonly abort: true
}

/** The answer to a request; without a result where it was ended early. */
export interface Reply {
  readonly id: number
  readonly result: Tasks[Task] | undefined
}

/** What the thread gets at its start. */
export interface ThreadData {
  /** Whether snapshots are stored: otherwise none is remembered. */
  readonly remembersSnapshots: boolean
}

/** Makes an operation ready to be handed to another thread. */
export function toPlain(operation: Operation): PlainOperation {
  return { ...operation, token: operation.token.reveal() }
}

/** Undoes {@link toPlain}. */
export function fromPlain(operation: PlainOperation): Operation {
  return { ...operation, token: new Secret(operation.token) }
}
