import { z } from 'zod'
import type { FieldValue } from '../report.ts'
import { tokenInfoFamilies } from './families.ts'

/** The report is about one token: its only row has no labels. */
export type Token = Readonly<Record<string, never>>

/** All records have the same key, so that only the first is used. A record with none of the fields is not about a token. */
export function tokenKeyOf(value: FieldValue): string | undefined {
  return tokenInfoFamilies.some(({ field }) => value(field) !== undefined) ? 'token' : undefined
}

/** A row as an earlier process has stored it. */
export const storedToken: z.ZodType<Token> = z.record(z.string(), z.never())
