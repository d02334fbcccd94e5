import type { Operation } from '../config/operation.ts'
import type { CallResult, Outcome, RestoreResult } from '../model/outcome.ts'
import { Secret } from '../secret.ts'
import type { ApiResponse } from '../wolkvox/response.ts'
import type { Route } from '../wolkvox/route.ts'

/** What the serving thread can request from a worker thread. */
export type TaskRequest = { readonly operation: PlainOperation; readonly report: string } & (
  | { readonly task: 'call' }
  /** Reads and renders a response. `encode` also requests the bytes of the snapshot's file. */
  | { readonly task: 'read'; readonly response: ApiResponse; readonly encode: boolean }
  /** Reads and renders the bytes of a snapshot's file. */
  | { readonly task: 'restore'; readonly stored: Uint8Array }
)

/** The result of each task. */
export interface TaskResults {
  call: CallResult
  read: Outcome
  restore: RestoreResult
}

/** The name of a task. */
export type Task = keyof TaskResults

/** An operation that can be sent to another thread, with its secrets in plain text. */
export type PlainOperation = Omit<Operation, 'token' | 'route' | 'hashKey'> & {
  readonly token: string
  readonly hashKey: string | undefined
  readonly route: Omit<Route, 'proxy'> & {
    readonly proxy: { readonly url: string; readonly credentials: PlainCredentials | undefined } | undefined
  }
}

interface PlainCredentials {
  readonly user: string
  readonly password: string
}

/** A message to a worker thread. */
export type ToWorker =
  | { readonly id: number; readonly request: TaskRequest }
  /** Ends a task early. It still gets a reply. */
  | { readonly id: number; readonly abort: true }

/** A message from a worker thread. */
export type FromWorker =
  /** The result of a task, without one if it ended early. `more`: the encoded bytes follow. */
  | {
      readonly id: number
      readonly result: TaskResults[Task] | undefined
      readonly more: boolean
    }
  | { readonly id: number; readonly encoded: Uint8Array }

/** What a worker thread gets when it starts. */
export interface ThreadData {
  /** Whether it is about to get a call, and should load the HTTP client immediately. */
  readonly forCalls: boolean
}

/** Prepares an operation for another thread. */
export function toPlain(operation: Operation): PlainOperation {
  const { token, route, hashKey } = operation
  const { proxy } = route
  const credentials = proxy?.credentials && {
    user: proxy.credentials.user,
    password: proxy.credentials.password.reveal(),
  }
  return {
    ...operation,
    token: token.reveal(),
    hashKey: hashKey?.reveal(),
    route: { ...route, proxy: proxy && { ...proxy, credentials } },
  }
}

/** Undoes {@link toPlain}. */
export function fromPlain(operation: PlainOperation): Operation {
  const { token, route, hashKey } = operation
  const { proxy } = route
  const credentials = proxy?.credentials && {
    user: proxy.credentials.user,
    password: new Secret(proxy.credentials.password),
  }
  return {
    ...operation,
    token: new Secret(token),
    hashKey: hashKey === undefined ? undefined : new Secret(hashKey),
    route: { ...route, proxy: proxy && { ...proxy, credentials } },
  }
}

/** The buffers of a message that can be transferred instead of copied: small ones share their memory with others. */
export function transferable(...buffers: readonly (Uint8Array | undefined)[]): ArrayBuffer[] {
  return buffers.flatMap((bytes) =>
    bytes !== undefined && bytes.byteLength > 0 && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer as ArrayBuffer]
      : [],
  )
}
