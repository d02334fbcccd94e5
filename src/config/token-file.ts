import { readFileSync, statSync } from 'node:fs'
import { codeOf } from '../error-text.ts'

interface TokenFile {
  readonly text: string | undefined
  readonly problems: readonly string[]
}

// Many times what any token has.
const MAX_BYTES = 64 * 1024

/**
 * Reads the file that holds a token; line ends around it are dropped, as editors and secret stores add them. Only a plain
 * file is read: a pipe that nobody writes, or a device without end, would hold up the start.
 *
 * @param path as the operator wrote it
 * @returns the text, or what is wrong with the file
 */
export function readTokenFile(path: string): TokenFile {
  try {
    const { size, ...kind } = fileAt(path)
    if (!kind.isFile) return problem('is no plain file; name one that holds the token')
    if (size > MAX_BYTES)
      return problem('is too large for a token; name a file that holds the token and nothing else')
    return { text: readFileSync(path, 'utf8').trim(), problems: [] }
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
