import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../error-text.ts'

/** The file system operations that writing a file needs, so that a test can observe their order. */
export interface FileSystem {
  readonly mkdir: (path: string, options: { recursive: true; mode: number }) => Promise<unknown>
  readonly open: (
    path: string,
    flags: string,
    mode?: number,
  ) => Promise<Pick<FileHandle, 'writeFile' | 'sync' | 'close'>>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly rm: (path: string, options: { force: true }) => Promise<void>
}

// The data contains names and activities of people, so only the owner may read it.
const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

const TEMPORARY = '.tmp'

/**
 * An atomic write: a reader finds the old content or the new one, whenever the process or the machine dies. The content
 * reaches the disk before its name does, and the name before this resolves. Each write uses a temporary file with a unique
 * name: otherwise two overlapping writes could rename incomplete content into place.
 *
 * @throws the file system's error; the old file is then as it was
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array,
  files: FileSystem = { mkdir, open, rename, rm },
): Promise<void> {
  const folder = dirname(path)
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`
  await files.mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  try {
    await withFile(files, temporary, 'wx', async (file) => {
      await file.writeFile(content)
      await file.sync()
    })
    await files.rename(temporary, path)
  } catch (error) {
    // On a full disk, an incomplete file takes the space that the next one needs. An error of `rm` would hide the first one.
    await files.rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  // Windows cannot open a folder, and writes names in order without this.
  if (process.platform !== 'win32') await withFile(files, folder, 'r', (file) => file.sync())
}

/** Removes the temporary files that earlier processes left when they died while writing this file. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(ifMissing)
  const leftovers = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(TEMPORARY))
  // One after the other: each hung operation blocks a thread of the pool.
  for (const name of leftovers) await rm(join(folder, name), { force: true })
}

/** The names in a folder that does not exist: none. @throws any other error */
export function ifMissing(error: unknown): readonly string[] {
  if (codeOf(error) === 'ENOENT') return []
  throw error
}

async function withFile(
  files: FileSystem,
  path: string,
  flags: string,
  use: (file: Awaited<ReturnType<FileSystem['open']>>) => Promise<void>,
): Promise<void> {
  const file = await files.open(path, flags, FILE_MODE)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
