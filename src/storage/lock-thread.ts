import { accessSync, constants, mkdirSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort } from 'node:worker_threads'
import { codeOf, messageOf } from '../error-text.ts'
import { FOLDER_MODE } from './atomic-file.ts'

/** A request to the lock thread. */
export interface LockRequest {
  readonly id: number
  readonly action: 'acquire' | 'release'
  /** Of the lock file. */
  readonly path: string
}

/** The result of a request. */
export type LockResult =
  | { readonly outcome: 'acquired' | 'kept' | 'unavailable' | 'released' }
  | { readonly outcome: 'in use' | 'failed'; readonly problem: string }

export type LockReply = LockResult & { readonly id: number }

interface HeldLock {
  readonly database: DatabaseSync
  /** Device and inode of the locked file. */
  readonly file: string
}

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread only')

// SQLite's result codes, https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

const held = new Map<string, HeldLock>()

port.on('message', ({ id, action, path }: LockRequest) => {
  port.postMessage({ id, ...run(action, path) } satisfies LockReply)
})

function run(action: LockRequest['action'], path: string): LockResult {
  try {
    return action === 'acquire' ? acquire(path) : release(path)
  } catch (error) {
    return { outcome: 'failed', problem: messageOf(error) }
  }
}

function acquire(path: string): LockResult {
  const before = held.get(path)
  if (before !== undefined && before.file === fileAt(path)) return { outcome: 'kept' }
  release(path)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE })
  } catch {
    // Writing the data fails in the same way, and is reported.
    return { outcome: 'unavailable' }
  }
  try {
    held.set(path, lock(path))
    return { outcome: 'acquired' }
  } catch (error) {
    const result = resultCodeOf(error)
    if (result === SQLITE_BUSY) return { outcome: 'in use', problem: messageOf(error) }
    const isRefused = result === SQLITE_CANTOPEN || result === SQLITE_READONLY
    if (isRefused && !isWritable(dirname(path))) return { outcome: 'unavailable' }
    throw error
  }
}

/** Whether files can be created in the folder. Then the data can be written, although the lock file cannot be opened. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function release(path: string): LockResult {
  held.get(path)?.database.close()
  held.delete(path)
  return { outcome: 'released' }
}

function lock(path: string): HeldLock {
  try {
    return open(path)
  } catch (error) {
    if (resultCodeOf(error) !== SQLITE_NOTADB) throw error
    // Emptied in place: removing the file could remove one that another exporter has just locked.
    truncateSync(path)
    return open(path)
  }
}

function open(path: string): HeldLock {
  const database = new DatabaseSync(path)
  try {
    // No journal file. The transaction never ends, so the lock lasts until the database is closed.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const file = fileAt(path)
    if (file === undefined) throw new Error('the lock file was removed at once')
    return { database, file }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Identifies the file by stat only: opening and closing a file would drop this process's locks on it. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/** @returns SQLite's result without its extension, which is in the higher bits */
function resultCodeOf(error: unknown): number | undefined {
  if (codeOf(error) !== 'ERR_SQLITE_ERROR') return undefined
  return Number((error as { readonly errcode?: unknown }).errcode) & 0xff
}
