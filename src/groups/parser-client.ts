import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { endsWithin } from '../clock.ts'
import { codeOf, messageOf } from '../error-text.ts'
import type { Groups } from './groups.ts'
import type { FileToParse, GroupsFormat, ParsedFile } from './parser-task.ts'

// In the build, the thread is JavaScript like everything else.
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './parser-thread.ts' : './parser-thread.js',
  import.meta.url,
)

// Several times what the largest files need: 4 MiB of CSV takes 100 MB, 128 KiB of YAML less.
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 12 }

// 10,000 rows take a tenth of a second.
const TIMEOUT_MS = 20_000

/** The tables of all files in use, by digest: an unchanged file, or one that several operations share, is parsed once. */
const parsed = new Map<string, WeakRef<Groups>>()

/**
 * What is wrong with files that were refused lately, by digest. Such a file is read again every few seconds, and once for each
 * operation that shares it.
 */
const refused = new Map<string, readonly string[]>()

// More files are hardly wrong at the same time.
const MAX_REFUSED = 100

let lastParse: Promise<unknown> = Promise.resolve()

/**
 * Parses a groups file on a thread that ends afterwards: a file of 10,000 rows would block scrapes for a tenth of a second. One
 * file at a time, so that many operations start one thread, not many.
 *
 * @returns the table, or what is wrong with the file and what to do
 */
export function parseGroups(
  bytes: Uint8Array,
  format: GroupsFormat,
  thread: URL = THREAD,
  timeoutMs = TIMEOUT_MS,
): Promise<ParsedFile> {
  const digest = createHash('sha256').update(`${format}\0`).update(bytes).digest('hex')
  const result = lastParse.then(async (): Promise<ParsedFile> => {
    const known = parsed.get(digest)?.deref()
    if (known !== undefined) return { groups: known }
    const problems = refused.get(digest)
    if (problems !== undefined) return { problems }
    return runThread({ bytes, digest, format }, thread, timeoutMs)
  })
  lastParse = result
  return result
}

/** Remembers what the thread has found in a file. That it ended, or took too long, can be different the next time. */
function remember(digest: string, reply: ParsedFile): ParsedFile {
  if ('groups' in reply) {
    for (const [old, reference] of parsed) if (reference.deref() === undefined) parsed.delete(old)
    parsed.set(digest, new WeakRef(reply.groups))
  } else {
    if (refused.size >= MAX_REFUSED) refused.clear()
    refused.set(digest, reply.problems)
  }
  return reply
}

async function runThread(data: FileToParse, thread: URL, timeoutMs: number): Promise<ParsedFile> {
  let worker: Worker | undefined
  try {
    const started = new Worker(thread, { workerData: data, resourceLimits: MEMORY })
    worker = started
    const { promise, resolve, reject } = Promise.withResolvers<ParsedFile>()
    // A timeout leaves the promise without a listener.
    promise.catch(() => {})
    started.on('message', resolve).on('error', reject)
    started.on('exit', () => reject(new Error('the thread ended early')))
    if (await endsWithin(timeoutMs, promise)) return remember(data.digest, await promise)
    return { problems: [`takes longer than ${timeoutMs / 1000} s to read; make it smaller`] }
  } catch (error) {
    // Messages of libraries can quote the file.
    const isSystem = codeOf(error).startsWith('ERR_WORKER')
    return {
      problems: [`cannot be read (${isSystem ? messageOf(error) : 'the parser failed'}); simplify it`],
    }
  } finally {
    await worker?.terminate()
  }
}
