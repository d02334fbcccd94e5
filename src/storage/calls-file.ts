import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Operation } from '../config/operation.ts'
import { PROBE_MS } from '../refresh/quota.ts'
import type { Calls } from '../refresh/storage.ts'
import { fileOf } from './file-names.ts'
import { type Found, readStored, writeStored } from './stored-file.ts'

/** Of an operation, what its calls hang on. */
type Caller = Pick<Operation, 'name' | 'server' | 'baseUrl' | 'token' | 'refreshIntervalMs'>

const stored = z.object({
  server: z.string(),
  access: z.string(),
  nextRefreshAt: z.number(),
  requestsOfDay: z.object({ day: z.iso.date(), count: z.int().nonnegative() }),
  quotaSpentOn: z.iso.date().optional(),
})

// A clock set back by less must not make the day's count forgotten.
const DAY_MS = 86_400_000

/** Writes the operation's calls. @throws the file system's error */
export async function writeCalls(
  folder: string,
  operation: Caller,
  calls: Calls,
  now: number,
): Promise<void> {
  const { server } = operation
  const content = { server, access: accessOf(operation), ...calls }
  await writeStored(fileOf(folder, operation.name, 'calls'), content, now)
}

/**
 * Reads what an earlier run has written of the operation's calls. The day's count stands for the whole operation; the
 * next start is forgotten when the token or the address is another, as then the operator has mended something, and where
 * it is farther off than the rhythm now in force puts it.
 */
export async function readCalls(folder: string, operation: Caller, now: number): Promise<Found<Calls>> {
  const ofThisOperation = stored.refine(
    ({ server }) => server === operation.server,
    'is of another operation',
  )
  const { content, problem } = await readStored(
    fileOf(folder, operation.name, 'calls'),
    ofThisOperation,
    now,
    DAY_MS,
  )
  if (content === undefined) return { problem }
  const { access, nextRefreshAt, requestsOfDay, quotaSpentOn } = content
  const farthest = now + Math.max(operation.refreshIntervalMs, quotaSpentOn === undefined ? 0 : PROBE_MS)
  const stands = access === accessOf(operation) && nextRefreshAt <= farthest
  return { content: { requestsOfDay, quotaSpentOn, nextRefreshAt: stands ? nextRefreshAt : now } }
}

/**
 * Tells whether token and address are the same as before. Whoever can read the file, its owner alone, could confirm a
 * token that he has guessed, and a token is random.
 */
function accessOf({ baseUrl, token }: Caller): string {
  return createHash('sha256').update(`${baseUrl}\0${token.reveal()}`).digest('hex').slice(0, 16)
}
