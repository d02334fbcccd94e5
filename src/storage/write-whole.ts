import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What writing a file takes of the file system, so that a test can watch the order. */
export interface FileSystem {
  readonly mkdir: (path: string, options: { recursive: true; mode: number }) => Promise<unknown>
  readonly open: (
    path: string,
    flags: string,
    mode?: number,
  ) => Promise<Pick<FileHandle, 'writeFile' | 'sync' | 'close'>>
  readonly rename: (from: string, to: string) => Promise<void>
}

// The data names people and what they do: for the owner's eyes alone.
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/**
 * Writes a file whole or not at all: whoever reads it, at whatever moment the process or the machine dies, finds the
 * old content or the new. The content reaches the disk before its name does, and the name before this ends.
 *
 * @throws the file system's error; the old file is then as it was
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  files: FileSystem = { mkdir, open, rename },
): Promise<void> {
  const folder = dirname(path)
  // Always the same, so that one left by a sudden end is written over by the next.
  const temporary = `${path}.tmp`
  await files.mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  await withFile(files, temporary, 'w', async (file) => {
    await file.writeFile(content)
    await file.sync()
  })
  await files.rename(temporary, path)
  // Windows opens no folder, and keeps its names in order by itself.
  if (process.platform !== 'win32') await withFile(files, folder, 'r', (file) => file.sync())
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
