import { Secret } from '../secret.ts'
import { type FileContent, readTextFile, rejectedFile } from './text-file.ts'

const MIN_BYTES = 16
const MAX_BYTES = 4096

// A random key of 16 bytes has more. A word that is repeated has fewer.
const MIN_DIFFERENT_CHARACTERS = 8

const HOW_TO = 'create it with: openssl rand -hex 32'

/**
 * Reads the key of the pseudonyms. The file contains text, without the white space around it that editors add. The problems do
 * not repeat it.
 */
export async function readHashKey(path: string): Promise<FileContent<Secret>> {
  const { content: text, ...file } = await readTextFile(path, 'the key of the pseudonyms', MAX_BYTES)
  if (text === undefined) return { content: undefined, ...file }
  const problem = problemOf(text)
  return problem === undefined ? { content: new Secret(text), ...file } : rejectedFile(problem)
}

function problemOf(text: string): string | undefined {
  // Bytes that are not UTF-8 would all become the same character.
  if (/[\p{C}\ufffd]/u.test(text)) return `is not one line of text; ${HOW_TO}`
  if (Buffer.byteLength(text) < MIN_BYTES) return `is shorter than ${MIN_BYTES} bytes; ${HOW_TO}`
  if (new Set(text).size < MIN_DIFFERENT_CHARACTERS) return `is easy to guess; ${HOW_TO}`
  return undefined
}
