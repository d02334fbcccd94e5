import { readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { codeOf } from '../error-text.ts'
import { seal, unseal } from './seal.ts'
import { writeWhole } from './write-whole.ts'

// Raised whenever a file's content changes its meaning: what another version has written is not guessed at.
const VERSION = 2

// A clock may be set by this much between two starts.
const CLOCK_TOLERANCE_MS = 60_000

const frame = z.object({ version: z.unknown(), savedAt: z.number(), content: z.unknown() })

/** What was found of a file: its content, nothing, or something that cannot be used, with why. */
export interface Found<T> {
  readonly content?: T | undefined
  readonly problem?: string | undefined
}

/**
 * Writes content with what it takes to trust it later.
 *
 * @throws the file system's error; the old file is then as it was
 */
export async function writeStored(path: string, content: unknown, now: number): Promise<void> {
  await writeWhole(path, seal(JSON.stringify({ version: VERSION, savedAt: now, content })))
}

/**
 * Reads what {@link writeStored} has written. A file that is damaged, of another version, from the future, or whose
 * content is not what is expected is set aside, so that it is complained of once and can be looked at.
 *
 * @param futureMs how far ahead of now it may have been written
 * @param expected the content's schema; its own refinements say in their messages why content is of no use here
 */
export async function readStored<T>(
  path: string,
  expected: z.ZodType<T>,
  now: number,
  futureMs = CLOCK_TOLERANCE_MS,
): Promise<Found<T>> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' ? { content: undefined } : { problem: `${path} cannot be read (${code})` }
  }
  const judged = judge(bytes, expected, now + futureMs)
  return judged.problem === undefined ? judged : { problem: await setAside(path, judged.problem) }
}

function judge<T>(bytes: Uint8Array, expected: z.ZodType<T>, latest: number): Found<T> {
  const text = unseal(bytes)
  if (text === undefined) return { problem: 'is damaged' }
  const framed = frame.safeParse(parse(text))
  if (!framed.success || framed.data.version !== VERSION) return { problem: 'is of another version' }
  if (framed.data.savedAt > latest) return { problem: 'is from the future' }
  const content = expected.safeParse(framed.data.content)
  if (content.success) return { content: content.data }
  const refined = content.error.issues.find(({ code }) => code === 'custom')
  return { problem: refined?.message ?? 'is not what is expected' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function setAside(path: string, problem: string): Promise<string> {
  const aside = `${path}.set-aside`
  try {
    await rename(path, aside)
    return `${path} ${problem}; it is now ${aside}, and the start goes on without it`
  } catch (error) {
    return `${path} ${problem} and could not be moved aside (${codeOf(error)}); the start goes on without it`
  }
}
