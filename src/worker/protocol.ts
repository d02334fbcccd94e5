import type { Operation } from '../config/operation.ts'
import { Secret } from '../config/secret.ts'
import type { Outcome, Served } from '../refresh/attempt.ts'

/** What can be asked of the worker thread, with what it answers. */
export interface Tasks {
  /** One call to wolkvox, from the request to finished bytes. */
  attempt: Outcome
  /** Keeps the snapshot of the last good attempt. Answers what went wrong, if anything. */
  save: { readonly problem: string | undefined }
  /** Finished bytes of the snapshot that an earlier run has kept. */
  load: { readonly served: Served | undefined; readonly problem: string | undefined }
}

export type Task = keyof Tasks

/** An operation as it can be handed to another thread, its token in the open. */
export type PlainOperation = Omit<Operation, 'token'> & { readonly token: string }

export interface TaskRequest {
  readonly id: number
  readonly task: Task
  readonly operation: PlainOperation
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

/** What the thread is told at its start. */
export interface ThreadData {
  /** `--storage.path`; empty keeps nothing. */
  readonly folder: string
}

/** Makes an operation ready to be handed to another thread. */
export function toPlain(operation: Operation): PlainOperation {
  return { ...operation, token: operation.token.reveal() }
}

/** Undoes {@link toPlain}. */
export function fromPlain(operation: PlainOperation): Operation {
  return { ...operation, token: new Secret(operation.token) }
}
