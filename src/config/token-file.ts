import { readFile, stat } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { codeOf } from '../error-text.ts'

interface TokenFile {
  readonly text: string | undefined
  readonly problems: readonly string[]
}

// Far longer than any token.
const MAX_BYTES = 64 * 1024

const TIMEOUT_MS = 10_000

// Byte order marks of UTF-16, which Windows PowerShell writes.
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

/**
 * Reads a token file, without the white space or byte order mark that editors and secret stores add. It must be a regular
 * file: a pipe without a writer or an endless device would block the start. So would a network file system that does not
 * respond, so reading times out after 10 s.
 *
 * @returns the text, or what is wrong with the file and what to do
 */
export async function readTokenFile(path: string): Promise<TokenFile> {
  try {
    const reading = read(path)
    if (await endsWithin(TIMEOUT_MS, reading)) return await reading
    return problem(
      `cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system that contains it`,
    )
  } catch (error) {
    return problem(`cannot be read (${codeOf(error)}); set it to a file that this user can read`)
  }
}

async function read(path: string): Promise<TokenFile> {
  const file = await stat(path)
  if (!file.isFile()) return problem('is not a regular file; set it to a file that contains the token')
  if (file.size > MAX_BYTES) return problem('is too large; set it to a file that contains only the token')
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
