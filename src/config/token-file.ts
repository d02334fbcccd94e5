import { readTextFile, type TextFile } from './text-file.ts'

// Far longer than any token.
const MAX_BYTES = 64 * 1024

/**
 * Reads a token file.
 *
 * @returns the text, or what is wrong with the file and what to do
 */
export async function readTokenFile(path: string): Promise<TextFile> {
  const { text, problems } = await readTextFile(path, 'the token', MAX_BYTES)
  return { text, problems: problems.map((problem) => `WOLKVOX_TOKEN_FILE: ${problem}`) }
}
