import { codeOf } from '../error-text.ts'

/** Another exporter has the lock. */
export class StorageInUse extends Error {
  override readonly name = 'StorageInUse'

  /** @param path of the lock */
  constructor(path: string, operation: string, options?: ErrorOptions) {
    super(
      `another exporter uses ${path} for the operation ${operation}; stop it, or choose another folder with --storage.path`,
      options,
    )
  }
}

/** A lock that this process has. */
export interface StorageLock {
  release(): void
}

// SQLite's result codes, https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_CANTOPEN = 14

/**
 * Locks an operation's files for this process. Node has no file locks, but its SQLite takes the kernel's: these end with the
 * process, however it ends, and hold between containers that share the folder.
 *
 * @param path of the lock file, in an existing folder
 * @returns nothing where the file cannot be made: the folder then cannot be written to either, and that is reported anyway
 * @throws StorageInUse when another process has the lock
 * @throws SQLite's error where the file system has no locks
 */
export async function acquireLock(path: string, operation: string): Promise<StorageLock | undefined> {
  // Loaded here because SQLite takes 3 MB, which an exporter without storage does not need.
  const { DatabaseSync } = await import('node:sqlite')
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    database = new DatabaseSync(path)
    // Without a journal in a file of its own. The transaction never ends, and the lock lasts as long as it does.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const result = resultCodeOf(error)
    if (result === SQLITE_BUSY) throw new StorageInUse(path, operation, { cause: error })
    if (result === SQLITE_CANTOPEN || result === SQLITE_READONLY) return undefined
    throw error
  }
  const locked = database
  return { release: () => locked.close() }
}

/** @returns SQLite's result without its extension, which is in the higher bits */
function resultCodeOf(error: unknown): number | undefined {
  if (codeOf(error) !== 'ERR_SQLITE_ERROR') return undefined
  return Number((error as { readonly errcode?: unknown }).errcode) & 0xff
}
