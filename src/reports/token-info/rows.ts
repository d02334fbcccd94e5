import { z } from 'zod'
import { readCount } from '../../wolkvox/values.ts'
import type { FieldValue } from '../report.ts'
import { tokenInfoFamilies } from './families.ts'

/** The report is about one token: its only row has no labels. */
export type Token = Readonly<Record<string, never>>

// A count does not depend on it.
const CONTEXT = { fetchedAt: 0, timeZone: 'UTC' }

/**
 * All records have the same key, so that only the first is used: wolkvox does not say which of several tokens made the request. A
 * record without a number in any of the fields is not about a token.
 */
export function tokenKeyOf(value: FieldValue): string | undefined {
  return tokenInfoFamilies.some(({ field }) => typeof readCount(value(field), CONTEXT) === 'number')
    ? 'token'
    : undefined
}

/** A row as an earlier process has stored it. */
export const storedToken: z.ZodType<Token> = z.record(z.string(), z.never())
