import { z } from 'zod'
import { accountIdOf } from '../config/account.ts'
import type { Operation } from '../config/operation.ts'
import type { StoredAccount } from '../model/storage-ports.ts'
import { DAY_MS } from '../units.ts'
import { decodeStored, encodeStored, type ReadResult } from './stored-file.ts'

/** Settings that distinguish accounts. */
export type AccountSource = Pick<Operation, 'server' | 'baseUrl'>

const requestsOfDay = z.object({ day: z.iso.date(), count: z.int().nonnegative() })

const stored = z.object({
  account: z.string(),
  requestsOfDay,
  otherDays: z.array(requestsOfDay).max(16).optional(),
  exhausted: z.object({ day: z.iso.date(), probeAt: z.number() }).optional(),
  otherRequests: z
    .object({
      day: z.iso.date(),
      count: z.int().nonnegative(),
      measuredAt: z.number(),
      marks: z.array(z.object({ at: z.number(), count: z.int().nonnegative() })).min(1),
    })
    .optional(),
  schedules: z.record(z.string(), z.object({ earliestFetch: z.number(), credentials: z.string() })),
})

// A clock that was ahead must not lose the day's request count. Counts have their dates, and scheduling limits each stored wait.
const MAX_CLOCK_SETBACK_MS = 30 * DAY_MS

/** Encodes the request counts and schedules of an account for its file. @param now milliseconds since 1970 */
export function encodeAccount(source: AccountSource, account: StoredAccount, now: number): Uint8Array {
  return encodeStored({ account: accountIdOf(source), ...account }, now)
}

/**
 * Decodes the request counts and schedules of an earlier process.
 *
 * @param now milliseconds since 1970
 */
export function decodeAccount(
  bytes: Uint8Array,
  source: AccountSource,
  now: number,
): ReadResult<StoredAccount> {
  const expected = stored.refine(
    ({ account }) => account === accountIdOf(source),
    'belongs to another account',
  )
  const { content, problem } = decodeStored(bytes, expected, now, MAX_CLOCK_SETBACK_MS)
  if (content === undefined) return { problem }
  const { account, ...ofAccount } = content
  return { content: ofAccount }
}
