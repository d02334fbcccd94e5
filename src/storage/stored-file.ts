import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { codeOf } from '../error-text.ts'
import { ifMissing } from './atomic-file.ts'

// Raise it whenever the content of a file changes its meaning: the exporter does not guess what another version has written.
const VERSION = 3

// A clock may be set by this much between two starts.
export const CLOCK_TOLERANCE_MS = 60_000

// Three times what 60,000 agents take.
const MAX_FILE_BYTES = 64 * 2 ** 20

const LINE_BREAK = 0x0a

// Eight hexadecimal digits and a line break.
const CHECKSUM_BYTES = 9

const frame = z.object({ version: z.unknown(), savedAt: z.number(), content: z.unknown() })

/** Content of a file, nothing where there is no file, or why the file cannot be used. */
export interface ReadResult<T> {
  readonly content?: T | undefined
  readonly problem?: string | undefined
  /** Whether the file may show what has to be hidden now, so that it must not be kept. */
  readonly isPrivate?: boolean | undefined
}

/**
 * Reads a whole file, unless it is larger than any file of this program: a foreign file in its place must not fill the
 * memory.
 *
 * @throws the file system's error
 */
export async function readStored(path: string): Promise<ReadResult<Uint8Array>> {
  // A device has no size, and a pipe may never be opened.
  if (!(await stat(path)).isFile()) throw new Error('it is not a regular file')
  const file = await open(path)
  try {
    if ((await file.stat()).size > MAX_FILE_BYTES) return { problem: 'is larger than 64 MiB' }
    return { content: await file.readFile() }
  } finally {
    await file.close()
  }
}

/**
 * Encodes content together with what is needed to trust it later.
 *
 * @param now milliseconds since 1970
 */
export function encodeStored(content: unknown, now: number): Uint8Array {
  return addChecksum(JSON.stringify({ version: VERSION, savedAt: now, content }))
}

/**
 * Decodes what {@link encodeStored} has encoded.
 *
 * @param futureMs how far ahead of now it may have been written
 * @param expected the content's schema; the messages of its refinements say why content cannot be used here
 */
export function decodeStored<T>(
  bytes: Uint8Array,
  expected: z.ZodType<T>,
  now: number,
  futureMs = CLOCK_TOLERANCE_MS,
): ReadResult<T> {
  const text = verifyChecksum(bytes)
  if (text === undefined) return { problem: 'is damaged' }
  const framed = frame.safeParse(parse(text))
  if (!framed.success || framed.data.version !== VERSION) return { problem: 'is of another version' }
  if (framed.data.savedAt > now + futureMs) return { problem: 'is from the future' }
  const content = expected.safeParse(framed.data.content)
  if (content.success) return { content: content.data }
  const refined = content.error.issues.find(({ code }) => code === 'custom')
  return { problem: refined?.message ?? 'does not have the expected content' }
}

/**
 * Renames a file that cannot be used, so that it is reported once and can be looked at.
 *
 * @param problem what is wrong with it
 * @returns the problem, and where the file is now
 */
export async function quarantine(path: string, problem: string): Promise<string> {
  const aside = asideOf(path)
  try {
    await rename(path, aside)
    return `${path} ${problem}; renamed to ${aside}`
  } catch (error) {
    return `${path} ${problem} and could not be renamed (${codeOf(error)})`
  }
}

/**
 * Deletes a file that must not be kept, and what an earlier start has set aside in its place.
 *
 * @returns the problem, and what became of the file
 */
export async function erase(path: string, problem: string): Promise<string> {
  try {
    await Promise.all([path, asideOf(path)].map((each) => rm(each, { force: true })))
    return `${path} ${problem}; deleted`
  } catch (error) {
    return `${path} ${problem} and could not be deleted (${codeOf(error)}); delete it`
  }
}

/** Deletes what an earlier start has set aside. */
export async function eraseSetAside(path: string): Promise<void> {
  await rm(asideOf(path), { force: true })
}

/**
 * Deletes files together with what belongs to them: what was set aside, and what a process left that died while writing.
 *
 * @param paths in one folder
 * @returns what was deleted
 */
export async function eraseAll(paths: readonly string[]): Promise<readonly string[]> {
  const [first] = paths
  if (first === undefined) return []
  const folder = dirname(first)
  const names = paths.map((path) => basename(path))
  const found = (await readdir(folder).catch(ifMissing)).filter((file) =>
    names.some((name) => file === name || file.startsWith(`${name}.`)),
  )
  const files = found.map((file) => join(folder, file))
  // One after the other: each hung operation blocks a thread of the pool.
  for (const file of files) await rm(file, { force: true })
  return files
}

const asideOf = (path: string) => `${path}.set-aside`

/**
 * Puts a checksum on a line before the text.
 *
 * @returns bytes with memory to themselves, so that they can be handed to another thread
 */
export function addChecksum(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(CHECKSUM_BYTES + Buffer.byteLength(text))
  bytes.write(text, CHECKSUM_BYTES)
  bytes.write(`${checksum(bytes.subarray(CHECKSUM_BYTES))}\n`, 0)
  return bytes
}

/** @returns the text after the checksum, or `undefined` where the two do not match */
export function verifyChecksum(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(LINE_BREAK)
  if (end < 0) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + end + 1, bytes.length - end - 1)
  return Buffer.from(bytes.subarray(0, end)).toString() === checksum(text) ? text.toString() : undefined
}

const checksum = (content: Uint8Array) => crc32(content).toString(16).padStart(8, '0')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
