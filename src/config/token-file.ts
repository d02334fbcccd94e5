import { readFileSync, statSync } from 'node:fs'
import { codeOf } from '../error-text.ts'

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
 * add. Reads only a regular file: a pipe without a writer, or a device without end, would block the start.
 *
 * @returns the text, or what is wrong with the file
 */
export function readTokenFile(path: string): TokenFile {
  try {
    const { size, ...kind } = fileAt(path)
    if (!kind.isFile) return problem('is no plain file; name one that holds the token')
    if (size > MAX_BYTES)
      return problem('is too large for a token; name a file that holds the token and nothing else')
    const bytes = readFileSync(path)
    if (UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
      return problem('is UTF-16; save it as UTF-8')
    }
    return { text: bytes.toString('utf8').trim(), problems: [] }
  } catch (error) {
    return problem(`cannot be read (${codeOf(error)}); name a file that this user may read`)
  }
}

function fileAt(path: string) {
  const found = statSync(path)
  return { size: found.size, isFile: found.isFile() }
}

function problem(text: string): TokenFile {
  return { text: undefined, problems: [`WOLKVOX_TOKEN_FILE: ${text}`] }
}
