import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { now } from '../clock.ts'
import { accountIdOf } from '../config/account.ts'
import { hidesAgents, type Operation } from '../config/operation.ts'
import { codeOf, messageOf } from '../error-text.ts'
import type { RestoreResult } from '../model/outcome.ts'
import type { AccountStorage, SnapshotStorage } from '../model/storage-ports.ts'
import { createRepeatedFailures } from '../repeated-failures.ts'
import { reports } from '../reports/index.ts'
import { decodeAccount, encodeAccount } from './account-file.ts'
import { removeLeftovers, writeFileAtomic } from './atomic-file.ts'
import type { Disk } from './disk.ts'
import { type Locks, StorageInUseError } from './storage-lock.ts'
import {
  erase,
  eraseAll,
  eraseSetAside,
  quarantine as quarantineFile,
  type ReadResult,
  readStored,
} from './stored-file.ts'

/** Decodes and renders a stored snapshot, off the serving thread. @throws when the worker thread is lost */
export type RestoreSnapshot = (
  operation: Operation,
  report: string,
  bytes: Uint8Array,
) => Promise<RestoreResult>

/** Where the storage reports what happens to its files: constant events, with the facts in fields. */
export interface StorageLog {
  readonly warn: (facts: object, event: string) => void
  readonly info: (facts: object, event: string) => void
  readonly debug: (facts: object, event: string) => void
}

/** The storage of a process. */
export interface Storage {
  /** The request counts and schedules of an operation's account. */
  readonly account: (operation: Operation) => AccountStorage
  /** The last good data of a report. */
  readonly snapshots: (operation: Operation, report: string) => SnapshotStorage
}

/** Stores nothing. */
const noStorage: Storage = {
  account: () => ({ load: async () => undefined, save: async () => true, close: async () => {} }),
  snapshots: () => ({ load: async () => undefined, save: async () => true }),
}

/**
 * Keeps accounts and reports in a folder. If a file cannot be read or written, the storage logs a warning and refreshes continue.
 *
 * @param folder `--storage.path`; empty keeps nothing
 * @param disk shared by all files
 * @param locks of this process
 */
export function createStorage(
  folder: string,
  disk: Disk,
  locks: Locks,
  restore: RestoreSnapshot,
  log: StorageLog,
): Storage {
  if (folder === '') return noStorage
  const accountLocks = new Map<string, AccountLock>()

  /** The lock that all files of an account share. */
  function lockOf(operation: Operation): AccountLock {
    const path = fileOf(folder, accountIdOf(operation), 'lock')
    const lock = accountLocks.get(path) ?? createAccountLock(path, operation.server, locks, log)
    accountLocks.set(path, lock)
    return lock
  }

  const snapshotOf = (operation: Operation, report: string) =>
    fileOf(folder, JSON.stringify([operation.name, report, accountIdOf(operation)]), 'snapshot')

  /** Nothing reads the files of reports that are no longer fetched, so only this finds those from before agents were hidden. */
  async function eraseUnused(operation: Operation): Promise<void> {
    const unused = reports.filter((report) => operation.reports.every(({ name }) => name !== report.name))
    const paths = unused.map(({ name }) => snapshotOf(operation, name))
    try {
      for (const file of await disk.run(() => eraseAll(paths))) {
        const problem = `${file} is of a report that is not fetched and may show hidden agents; deleted`
        log.warn({ file, problem }, 'stored data is not used')
      }
    } catch (error) {
      const problem = `files of reports that are not fetched cannot be deleted (${codeOf(error) || messageOf(error)}); delete them`
      log.warn({ file: folder, problem }, 'stored data is not used')
    }
  }

  return {
    account(operation) {
      const lock = lockOf(operation)
      const file = createFile(fileOf(folder, accountIdOf(operation), 'account'), lock, disk, log)
      return {
        async load() {
          await lock.acquire()
          return file.read((bytes) => decodeAccount(bytes, operation, Date.now()))
        },
        save: (account) => file.write(async () => encodeAccount(operation, account, Date.now())),
        async close() {
          await disk.idle()
          await lock.release()
        },
      }
    },
    snapshots(operation, report) {
      const hidden = hidesAgents(operation)
      const file = createFile(snapshotOf(operation, report), lockOf(operation), disk, log, hidden)
      return {
        async load() {
          if (hidden) await eraseUnused(operation)
          return file.read(async (bytes) => {
            const { rendered, ...unusable } = await restore(operation, report, bytes)
            return { content: rendered, ...unusable }
          })
        },
        save: (encoded) => file.write(() => encoded),
      }
    },
  }
}

/** The lock of an account's files. */
interface AccountLock {
  /**
   * Acquires the lock, or keeps it. If the lock cannot be acquired, the storage logs a warning and uses the files without it.
   *
   * @throws StorageInUseError when another exporter has it
   */
  acquire(): Promise<void>
  release(): Promise<void>
}

const LOCK_HINT = 'make sure that no other exporter uses the folder'

function createAccountLock(path: string, account: string, locks: Locks, log: StorageLog): AccountLock {
  let state: 'new' | 'locked' | 'failed' = 'new'

  return {
    async acquire() {
      try {
        const outcome = await locks.acquire(path, account)
        if (outcome === 'unavailable') return
        if (outcome === 'acquired' && state === 'locked') {
          log.warn(
            { file: path, problem: 'the lock file was removed or replaced' },
            'storage is locked again',
          )
        }
        if (state === 'failed') log.info({ file: path }, 'storage is locked')
        state = 'locked'
      } catch (error) {
        if (error instanceof StorageInUseError) throw error
        if (state !== 'failed') {
          log.warn({ file: path, problem: messageOf(error), hint: LOCK_HINT }, 'storage is not locked')
        }
        state = 'failed'
      }
    },
    async release() {
      state = 'new'
      // If it cannot be released, it ends with the process.
      await locks.release(path).catch(() => {})
    },
  }
}

const WRITE_HINT = 'check the free space and the owner of the folder'

const NOT_A_FOLDER: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR'])

/** One file that is read at the start and then written again and again. */
interface StoredFile {
  /** @returns `undefined` if there is no usable file; the storage renames or deletes an unusable one and logs the reason */
  read<T>(decode: (bytes: Uint8Array) => ReadResult<T> | Promise<ReadResult<T>>): Promise<T | undefined>
  /**
   * @returns whether it was written
   * @throws StorageInUseError when another exporter has locked the account; nothing is written then
   */
  write(encode: () => Promise<Uint8Array>): Promise<boolean>
}

/** @param hidesEarlier whether a file that was set aside earlier may show what has to be hidden now */
function createFile(
  path: string,
  lock: AccountLock,
  disk: Disk,
  log: StorageLog,
  hidesEarlier = false,
): StoredFile {
  const failures = createRepeatedFailures()

  /** Logs when writing begins to fail, fails in another way, or works again. */
  function logWrite(problem: string | undefined): boolean {
    if (problem === undefined) {
      const recovered = failures.succeeded(now())
      if (recovered) log[recovered.level]({ file: path, ...recovered.fields }, 'storage works again')
    } else {
      const { level, fields } = failures.failed([problem], now())
      log[level]({ file: path, problem, hint: WRITE_HINT, ...fields }, 'storage write failed')
    }
    return problem === undefined
  }

  async function quarantine(problem = 'cannot be read'): Promise<undefined> {
    warnUnusable(await disk.run(() => quarantineFile(path, problem)))
  }

  /** The file may show names, so a person has to delete it. */
  const warnLeft = (error: unknown) =>
    warnUnusable(`set aside earlier and cannot be deleted (${codeOf(error) || messageOf(error)}); delete it`)

  const warnUnusable = (problem: string) => log.warn({ file: path, problem }, 'stored data is not used')

  return {
    async read(decode) {
      try {
        // They only take space: the next start tries again, and a failing disk is reported by what is read or written.
        await disk.run(() => removeLeftovers(path)).catch(() => {})
        if (hidesEarlier) await disk.run(() => eraseSetAside(path)).catch(warnLeft)
        const stored = await disk.run(() => readStored(path))
        if (stored.content === undefined) return await quarantine(stored.problem)
        const { content, problem, isPrivate } = await decode(stored.content)
        if (problem === undefined) return content
        if (!isPrivate) return await quarantine(problem)
        warnUnusable(await disk.run(() => erase(path, problem)))
        return undefined
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') warnUnusable(`cannot be read (${codeOf(error) || messageOf(error)})`)
        return undefined
      }
    },
    async write(encode) {
      try {
        const bytes = await encode()
        // After encoding, which takes time: the lock file may have been removed or replaced since the last write.
        await lock.acquire()
        await disk.run(() => writeFileAtomic(path, bytes))
        return logWrite(undefined)
      } catch (error) {
        if (error instanceof StorageInUseError) throw error
        // Only the code: the message contains the name of the temporary file, which differs each time.
        const code = codeOf(error)
        return logWrite(
          NOT_A_FOLDER.has(code) ? `${dirname(path)} is not a folder (${code})` : code || messageOf(error),
        )
      }
    },
  }
}

// Enough of the name for a person to recognise it; the hash distinguishes names that look alike.
const READABLE_LENGTH = 40
const HASH_LENGTH = 8

export type FileKind = 'account' | 'snapshot' | 'lock'

/**
 * The path of a file; safe for any characters in the name.
 *
 * @param folder `--storage.path`
 * @param name of the account, or of the operation and the report
 */
export function fileOf(folder: string, name: string, kind: FileKind): string {
  const readable = name.replace(/[^a-z0-9-]+/gi, '_').slice(0, READABLE_LENGTH)
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  return join(folder, `${readable}-${hash}.${kind}`)
}
