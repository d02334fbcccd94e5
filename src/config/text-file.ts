import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { codeOf } from '../error-text.ts'

/** The content of a small file of the configuration, or what is wrong with it and what to do. */
export interface TextFile {
  readonly text: string | undefined
  readonly problems: readonly string[]
  /** Whether the file system did not respond. */
  readonly hangs: boolean
}

const TIMEOUT_MS = 10_000

// Byte order marks of UTF-16, which Windows PowerShell writes.
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

/**
 * Reads in progress, by path. If the file system hangs, each read blocks a thread of libuv's pool, and scrapes need these threads:
 * so the next read of the same file waits for the one before.
 */
const inProgress = new Map<string, Promise<FileContent>>()

/**
 * Reads a small text file, without the white space or byte order mark that editors and secret stores add. It must be a regular
 * file: a pipe without a writer or an endless device would block the start. So would a network file system that does not
 * respond, so reading times out after 10 s.
 *
 * @param contents what belongs into the file, such as `the token`
 * @param isExact keeps the white space, because problems name line and column, and refuses bytes that are not UTF-8
 */
export async function readTextFile(
  path: string,
  contents: string,
  maxBytes: number,
  { isExact = false } = {},
): Promise<TextFile> {
  try {
    const reading = inProgress.get(path) ?? startReading(path, contents, maxBytes)
    if (await endsWithin(TIMEOUT_MS, reading)) {
      const { bytes, problems } = await reading
      if (bytes === undefined) return { text: undefined, problems, hangs: false }
      if (isExact && !isUtf8(bytes)) return problem('is not UTF-8; save it as UTF-8')
      const text = bytes.toString('utf8')
      return { text: isExact ? text : text.trim(), problems, hangs: false }
    }
    return {
      ...problem(
        `cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system that contains it`,
      ),
      hangs: true,
    }
  } catch (error) {
    return problem(`cannot be read (${codeOf(error)}); set it to a file that this user can read`)
  }
}

function startReading(path: string, contents: string, maxBytes: number): Promise<FileContent> {
  const reading = read(path, contents, maxBytes).finally(() => inProgress.delete(path))
  inProgress.set(path, reading)
  // Fails after the timeout, when no one waits for it any more.
  reading.catch(() => {})
  return reading
}

interface FileContent {
  readonly bytes: Buffer | undefined
  readonly problems: readonly string[]
}

async function read(path: string, contents: string, maxBytes: number): Promise<FileContent> {
  const reject = (text: string): FileContent => ({ bytes: undefined, problems: [text] })
  const file = await stat(path)
  if (!file.isFile()) return reject(`is not a regular file; set it to a file that contains ${contents}`)
  if (file.size > maxBytes) return reject(`is too large; set it to a file that contains only ${contents}`)
  const bytes = await readFile(path)
  if (isUtf16(bytes)) return reject('is UTF-16; save it as UTF-8')
  const isEmpty = bytes.toString('utf8').trim() === ''
  return isEmpty ? reject(`is empty; write ${contents} into the file`) : { bytes, problems: [] }
}

/** Whether a file begins like UTF-16. */
export function isUtf16(bytes: Buffer): boolean {
  return UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))
}

function problem(text: string): TextFile {
  return { text: undefined, problems: [text], hangs: false }
}
