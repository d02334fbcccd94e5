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

/** The same, as bytes. */
export interface FileBytes extends Pick<TextFile, 'problems' | 'hangs'> {
  readonly bytes: Buffer | undefined
}

const TIMEOUT_MS = 10_000

// Byte order marks of UTF-16, which Windows PowerShell writes.
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

/**
 * Reads in progress, by path. If the file system hangs, each read blocks a thread of libuv's pool, and scrapes need these threads:
 * so the next read of the same file waits for the one before.
 */
const inProgress = new Map<string, Promise<FileBytes>>()

/**
 * Reads a small text file, without the white space or byte order mark that editors and secret stores add.
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
  const { bytes, problems, hangs } = await readFileBytes(path, contents, maxBytes)
  const refuse = (problem: string): TextFile => ({ text: undefined, problems: [problem], hangs })
  if (bytes === undefined) return { text: undefined, problems, hangs }
  if (isUtf16(bytes)) return refuse('is UTF-16; save it as UTF-8')
  const text = bytes.toString('utf8')
  if (text.trim() === '') return refuse(`is empty; write ${contents} into the file`)
  if (isExact && !isUtf8(bytes)) return refuse('is not UTF-8; save it as UTF-8')
  return { text: isExact ? text : text.trim(), problems, hangs }
}

/**
 * Reads a small file. It must be a regular file: a pipe without a writer or an endless device would block the start. So would a
 * network file system that does not respond, so reading times out after 10 s.
 *
 * @param contents what belongs into the file
 */
export async function readFileBytes(path: string, contents: string, maxBytes: number): Promise<FileBytes> {
  try {
    const reading = inProgress.get(path) ?? startReading(path, contents, maxBytes)
    if (await endsWithin(TIMEOUT_MS, reading)) return await reading
    return {
      ...rejected(
        `cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system that contains it`,
      ),
      hangs: true,
    }
  } catch (error) {
    return rejected(`cannot be read (${codeOf(error)}); set it to a file that this user can read`)
  }
}

function startReading(path: string, contents: string, maxBytes: number): Promise<FileBytes> {
  const reading = read(path, contents, maxBytes).finally(() => inProgress.delete(path))
  inProgress.set(path, reading)
  // Fails after the timeout, when no one waits for it any more.
  reading.catch(() => {})
  return reading
}

async function read(path: string, contents: string, maxBytes: number): Promise<FileBytes> {
  const file = await stat(path)
  if (!file.isFile()) return rejected(`is not a regular file; set it to a file that contains ${contents}`)
  if (file.size > maxBytes) return rejected(`is too large; set it to a file that contains only ${contents}`)
  return { bytes: await readFile(path), problems: [], hangs: false }
}

/** Whether a file begins like UTF-16. */
export function isUtf16(bytes: Buffer): boolean {
  return UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))
}

function rejected(problem: string): FileBytes {
  return { bytes: undefined, problems: [problem], hangs: false }
}
