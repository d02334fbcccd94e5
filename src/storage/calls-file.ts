import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Operation } from '../config/operation.ts'
import { PROBE_MS } from '../refresh/quota.ts'
import type { Calls, StoredCalls } from '../refresh/storage.ts'
import { decodeStored, encodeStored, type ReadResult } from './stored-file.ts'

/** Settings of an operation that its stored calls depend on. */
type Caller = Pick<Operation, 'server' | 'baseUrl' | 'token' | 'refreshIntervalMs'>

const stored = z.object({
  server: z.string(),
  access: z.string(),
  nextRefreshAt: z.number(),
  requestsOfDay: z.object({ day: z.iso.date(), count: z.int().nonnegative() }),
  quotaSpentOn: z.iso.date().optional(),
})

// A clock that was set back by less must not lose the day's count.
const DAY_MS = 86_400_000

/** Encodes the operation's calls for its file. @param now milliseconds since 1970 */
export function encodeCalls(operation: Caller, calls: Calls, now: number): Uint8Array {
  const { server } = operation
  return encodeStored({ server, access: credentialsFingerprint(operation), ...calls }, now)
}

/**
 * Decodes the calls of an earlier run. The day's count is valid for the whole operation. The next start is dropped if the token
 * or the address has changed, because the operator has then fixed something, and if it is later than the current interval
 * allows.
 *
 * @param now milliseconds since 1970
 */
export function decodeCalls(bytes: Uint8Array, operation: Caller, now: number): ReadResult<StoredCalls> {
  const ofThisOperation = stored.refine(
    ({ server }) => server === operation.server,
    'belongs to another account',
  )
  const { content, problem } = decodeStored(bytes, ofThisOperation, now, DAY_MS)
  if (content === undefined) return { problem }
  const { access, nextRefreshAt, requestsOfDay, quotaSpentOn } = content
  const latest = now + Math.max(operation.refreshIntervalMs, quotaSpentOn === undefined ? 0 : PROBE_MS)
  const haveOtherCredentials = access !== credentialsFingerprint(operation)
  const isValid = !haveOtherCredentials && nextRefreshAt <= latest
  return {
    content: {
      requestsOfDay,
      quotaSpentOn,
      nextRefreshAt: isValid ? nextRefreshAt : now,
      ...(haveOtherCredentials && { haveOtherCredentials }),
    },
  }
}

/**
 * Tells whether token and address are the same as before. A reader of the file could confirm a guessed token with it; only
 * the file's owner can read it, and a token is random.
 */
function credentialsFingerprint({ baseUrl, token }: Caller): string {
  return createHash('sha256').update(`${baseUrl}\0${token.reveal()}`).digest('hex').slice(0, 16)
}
