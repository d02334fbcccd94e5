import { gunzipSync } from 'node:zlib'
import { type Body, createExposition } from '../src/exposition/exposition.ts'
import type { FilledFamily, Format } from '../src/exposition/family.ts'
import type { ExporterState } from '../src/scheduling/state.ts'
import { momentAt } from './fixtures.ts'

/** The text that a scraper reads from a body. */
export function textOfBody({ gzipped }: Body): string {
  return gunzipSync(Buffer.concat(gzipped)).toString()
}

/** The text of `/metrics`. Missing state is empty. */
export async function renderText(
  { accounts = [], operations = [], reports = [] }: Partial<ExporterState>,
  own: readonly FilledFamily[],
  format: Format,
  now: number,
): Promise<string> {
  const state = { accounts, operations, reports }
  const exposition = createExposition(
    () => state,
    async () => own,
  )
  return textOfBody(await exposition(format, momentAt(now)))
}
