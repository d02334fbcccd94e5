import { readTextFile, type TextFile } from './text-file.ts'

// Far longer than any token.
const MAX_BYTES = 64 * 1024

/**
 * Reads a token file.
 *
 * @returns the text, or what is wrong with the file and what to do
 */
export function readTokenFile(path: string): Promise<TextFile> {
  return readTextFile(path, 'the token', MAX_BYTES)
}
