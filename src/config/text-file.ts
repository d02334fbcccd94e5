import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { codeOf } from '../error-text.ts'

/** What a small file of the configuration contains, or what is wrong with the file and what to do. */
export interface FileContent<T> {
  /** `undefined` if the file cannot be used. */
  readonly content: T | undefined
  readonly problems: readonly string[]
  readonly warnings?: readonly string[]
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
const inProgress = new Map<string, Promise<FileContent<Buffer>>>()

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
): Promise<FileContent<string>> {
  const { content: bytes, ...file } = await readFileBytes(path, contents, maxBytes)
  if (bytes === undefined) return { content: undefined, ...file }
  if (isUtf16(bytes)) return rejectedFile('is UTF-16; save it as UTF-8')
  const text = bytes.toString('utf8')
  if (text.trim() === '') return rejectedFile(`is empty; write ${contents} into the file`)
  if (isExact && !isUtf8(bytes)) return rejectedFile('is not UTF-8; save it as UTF-8')
  return { content: isExact ? text : text.trim(), ...file }
}

/**
 * Reads a small file. It must be a regular file: a pipe without a writer or an endless device would block the start. So would a
 * network file system that does not respond, so reading times out after 10 s.
 *
 * @param contents what belongs into the file
 */
export async function readFileBytes(
  path: string,
  contents: string,
  maxBytes: number,
): Promise<FileContent<Buffer>> {
  try {
    const reading = inProgress.get(path) ?? startReading(path, contents, maxBytes)
    if (await endsWithin(TIMEOUT_MS, reading)) return await reading
    return {
      ...rejectedFile(
        `cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system that contains it`,
      ),
      hangs: true,
    }
  } catch (error) {
    return rejectedFile(`cannot be read (${codeOf(error)}); set it to a file that this user can read`)
  }
}

function startReading(path: string, contents: string, maxBytes: number): Promise<FileContent<Buffer>> {
  const reading = read(path, contents, maxBytes).finally(() => inProgress.delete(path))
  inProgress.set(path, reading)
  // Fails after the timeout, when no one waits for it any more.
  reading.catch(() => {})
  return reading
}

async function read(path: string, contents: string, maxBytes: number): Promise<FileContent<Buffer>> {
  const file = await stat(path)
  if (!file.isFile()) return rejectedFile(`is not a regular file; set it to a file that contains ${contents}`)
  if (file.size > maxBytes)
    return rejectedFile(`is too large; set it to a file that contains only ${contents}`)
  return { content: await readFile(path), problems: [], hangs: false }
}

/** Whether a file begins like UTF-16. */
export function isUtf16(bytes: Buffer): boolean {
  return UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))
}

/** A file that cannot be used. @param problems what is wrong, and what to do */
export function rejectedFile(...problems: readonly string[]): FileContent<never> {
  return { content: undefined, problems, hangs: false }
}
