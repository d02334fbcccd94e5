import { gunzipSync } from 'node:zlib'
import { type Body, createExposition } from '../src/exposition/exposition.ts'
import type { FilledFamily, Format } from '../src/model/family.ts'
import { reports as knownReports } from '../src/reports/index.ts'
import type { ExporterState } from '../src/scheduling/state.ts'
import { fillStatusFamilies } from '../src/telemetry/status-families.ts'
import { momentAt } from './fixtures.ts'

/** The text that a scraper reads from a body. */
export function textOfBody({ gzipped }: Pick<Body, 'gzipped'>): string {
  return gunzipSync(Buffer.concat(gzipped)).toString()
}

/** The text of `/metrics`. Missing state is empty. */
export async function renderText(
  { accounts = [], operations = [], reports = [] }: Partial<ExporterState>,
  own: readonly FilledFamily[],
  format: Format,
  now: number,
): Promise<string> {
  const exposition = createExposition({
    reports: knownReports,
    state: () => ({ accounts, operations, reports }),
    statusFamilies: fillStatusFamilies,
    ownFamilies: async () => own,
  })
  return textOfBody(await exposition.wholeBody(format, momentAt(now)))
}
