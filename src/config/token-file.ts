import { readFileSync } from 'node:fs'
import { codeOf } from '../error-text.ts'

interface TokenFile {
  readonly text: string | undefined
  readonly problems: readonly string[]
}

/**
 * Reads the file that holds a token; line ends around it are dropped, as editors and secret stores add them.
 *
 * @param path as the operator wrote it
 * @returns the text, or what is wrong with the file
 */
export function readTokenFile(path: string): TokenFile {
  try {
    return { text: readFileSync(path, 'utf8').trim(), problems: [] }
  } catch (error) {
    const problem = `WOLKVOX_TOKEN_FILE: cannot be read (${codeOf(error)}); name a file that this user may read`
    return { text: undefined, problems: [problem] }
  }
}
