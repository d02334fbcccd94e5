import { readFile, stat } from 'node:fs/promises'
import { codeOf } from '../error-text.ts'
import { createDisk, DiskTimeout } from '../storage/disk.ts'

interface TokenFile {
  readonly text: string | undefined
  readonly problems: readonly string[]
}

// Many times what any token has.
const MAX_BYTES = 64 * 1024

// How Windows marks UTF-16, which its older PowerShell writes.
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

/**
 * Reads the file that contains a token, without white space or a byte order mark around it, which editors and secret stores
 * add. Reads only a regular file: a pipe without a writer, or a device without end, would block the start. So would a network
 * file system that is gone, so the file has to be read within 10 s.
 *
 * @returns the text, or what is wrong with the file
 */
export async function readTokenFile(path: string): Promise<TokenFile> {
  try {
    return await createDisk().run(() => read(path))
  } catch (error) {
    if (error instanceof DiskTimeout) {
      return problem(`cannot be read (${error.message}); check the file system that contains it`)
    }
    return problem(`cannot be read (${codeOf(error)}); name a file that this user may read`)
  }
}

async function read(path: string): Promise<TokenFile> {
  const file = await stat(path)
  if (!file.isFile()) return problem('is not a regular file; name one that contains the token')
  if (file.size > MAX_BYTES) return problem('is too large; name a file that contains only the token')
  const bytes = await readFile(path)
  if (UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
    return problem('is UTF-16; save it as UTF-8')
  }
  const text = bytes.toString('utf8').trim()
  return text === '' ? problem('is empty; write the token into the file') : { text, problems: [] }
}

function problem(text: string): TokenFile {
  return { text: undefined, problems: [`WOLKVOX_TOKEN_FILE: ${text}`] }
}
