import type { Operation } from '../config/operation.ts'
import { codeOf, messageOf } from '../error-text.ts'
import type { Served } from '../refresh/attempt.ts'
import { type Calls, noStorage, type Storage } from '../refresh/storage.ts'
import { removeLeftovers, writeFileAtomic } from './atomic-file.ts'
import { decodeCalls, encodeCalls } from './calls-file.ts'
import type { Disk } from './disk.ts'
import { type FileKind, fileOf } from './file-names.ts'
import { type Locks, StorageInUse } from './storage-lock.ts'
import { quarantine, type ReadResult, readStored } from './stored-file.ts'

/** Encodes and decodes snapshots off the serving thread, where they are read and rendered. */
export interface SnapshotCodec {
  /**
   * Encodes the last good answer.
   *
   * @throws when the work is lost
   */
  encode(operation: Operation): Promise<{ readonly bytes: Uint8Array | undefined }>
  /**
   * Decodes and renders what an earlier run has stored.
   *
   * @throws when the work is lost
   */
  restore(
    operation: Operation,
    bytes: Uint8Array,
  ): Promise<{ readonly served: Served | undefined; readonly problem: string | undefined }>
}

/** Where the storage reports what happens to its files: constant events, with the facts in fields. */
export interface StorageLog {
  readonly warn: (facts: object, event: string) => void
  readonly info: (facts: object, event: string) => void
}

const NOT_A_FOLDER: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR'])

type DataFile = Exclude<FileKind, 'lock'>

/** A storage with a lock that keeps other exporters out. */
export interface OperationStorage extends Storage {
  /**
   * Acquires the lock; {@link Storage.load} and each write do the same. If the lock cannot be acquired, the storage logs a
   * warning and works without it.
   *
   * @throws StorageInUse when another exporter uses the same storage
   */
  lock(): Promise<void>
}

/**
 * Keeps an operation's calls and its last good answer in a folder. If a file cannot be read or written, the storage logs a
 * warning and refreshes go on.
 *
 * @param folder `--storage.path`; empty keeps nothing
 * @param disk shared by all operations
 * @param locks shared by all operations
 */
export function createOperationStorage(
  folder: string,
  operation: Operation,
  disk: Disk,
  locks: Locks,
  snapshots: SnapshotCodec,
  log: StorageLog,
): OperationStorage {
  if (folder === '') return { ...noStorage, lock: async () => {} }
  const failing = new Map<DataFile, string>()
  let lockState: 'new' | 'locked' | 'failed' = 'new'
  const pathOf = (kind: FileKind) => fileOf(folder, operation.name, kind)

  /** The lock file may have been removed or replaced since, so every write asks for the lock again. */
  async function lock(): Promise<void> {
    const file = pathOf('lock')
    try {
      const outcome = await locks.acquire(file, operation.name)
      if (outcome === 'unavailable') return
      if (outcome === 'acquired' && lockState === 'locked') {
        log.warn({ file }, 'lock file was removed or replaced; storage is locked again')
      }
      if (lockState === 'failed') log.info({ file }, 'storage is locked')
      lockState = 'locked'
    } catch (error) {
      if (error instanceof StorageInUse) throw error
      if (lockState !== 'failed') {
        log.warn(
          { file, problem: messageOf(error) },
          'storage is not locked; another exporter could use it too',
        )
      }
      lockState = 'failed'
    }
  }

  async function cleanUp(): Promise<void> {
    for (const kind of ['calls', 'snapshot'] as const) {
      await disk.run(() => removeLeftovers(pathOf(kind))).catch(ignoreLeftovers)
    }
  }

  async function read<T>(
    kind: DataFile,
    decode: (bytes: Uint8Array) => ReadResult<T> | Promise<ReadResult<T>>,
  ): Promise<T | undefined> {
    const path = pathOf(kind)
    try {
      const file = await disk.run(() => readStored(path))
      const { content, problem }: ReadResult<T> =
        file.content === undefined ? { problem: file.problem } : await decode(file.content)
      if (problem !== undefined) {
        warnUnusable(path, await disk.run(() => quarantine(path, problem)))
      }
      return content
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        warnUnusable(path, `cannot be read (${codeOf(error) || messageOf(error)})`)
      }
      return undefined
    }
  }

  function warnUnusable(file: string, problem: string): void {
    log.warn({ file, problem }, 'stored data is not used')
  }

  /** Reports when writing a file begins to fail, fails in another way, or works again. */
  function noteWrite(kind: DataFile, problem: string | undefined): boolean {
    const before = failing.get(kind)
    const file = pathOf(kind)
    if (problem === undefined) {
      failing.delete(kind)
      if (before !== undefined) log.info({ file }, 'storage works again')
      return true
    }
    failing.set(kind, problem)
    if (before !== problem) {
      log.warn({ file, problem }, 'storage write failed; check the free space and the owner of the folder')
    }
    return false
  }

  async function write(kind: DataFile, encode: () => Promise<Uint8Array | undefined>): Promise<boolean> {
    await lock()
    try {
      const bytes = await encode()
      if (bytes === undefined) return noteWrite(kind, 'there is nothing to write')
      await disk.run(() => writeFileAtomic(pathOf(kind), bytes))
      return noteWrite(kind, undefined)
    } catch (error) {
      // The code alone: the message names the temporary file, which is another each time.
      const code = codeOf(error)
      return noteWrite(
        kind,
        NOT_A_FOLDER.has(code) ? `${folder} is not a folder (${code})` : code || messageOf(error),
      )
    }
  }

  return {
    lock,
    async load() {
      await lock()
      await cleanUp()
      return {
        calls: await read('calls', (bytes) => decodeCalls(bytes, operation, Date.now())),
        served: await read('snapshot', async (bytes) => {
          const { served, problem } = await snapshots.restore(operation, bytes)
          return { content: served, problem }
        }),
      }
    },
    saveCalls: (calls: Calls) => write('calls', async () => encodeCalls(operation, calls, Date.now())),
    saveSnapshot: () => write('snapshot', async () => (await snapshots.encode(operation)).bytes),
    async close() {
      await disk.idle()
      await locks.release(pathOf('lock')).catch(ignoreRelease)
    },
  }
}

/** They only take space: the next start tries again, and reads and writes report a failing disk. */
function ignoreLeftovers(): void {}

/** The lock ends with the process. */
function ignoreRelease(): void {}
