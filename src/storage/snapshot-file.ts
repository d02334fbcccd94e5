import { z } from 'zod'
import { accountIdOf } from '../config/account.ts'
import { hidesAgents, type Operation } from '../config/operation.ts'
import type { Snapshot } from '../reports/read-report.ts'
import type { AnyReport } from '../reports/report.ts'
import { CLOCK_TOLERANCE_MS, decodeStored, encodeStored, type ReadResult } from './stored-file.ts'

/** Settings of an operation that its stored data depends on. */
type Source = Pick<
  Operation,
  'name' | 'server' | 'baseUrl' | 'agentName' | 'agentId' | 'hashKey' | 'agentFilter' | 'states'
>

// JSON has no NaN: a row without a number has `null`.
const column = z.array(
  z
    .number()
    .nonnegative()
    .nullable()
    .transform((number) => number ?? Number.NaN),
)

const OTHER_PRIVACY = 'was stored with other privacy settings'

/**
 * Encodes the last good data of a report for its file.
 *
 * @param now milliseconds since 1970
 */
export function encodeSnapshot(
  source: Source,
  report: AnyReport,
  snapshot: Snapshot,
  now: number,
): Uint8Array {
  const content = {
    account: accountIdOf(source),
    report: report.name,
    privacy: report.privacyOf(source),
    ...snapshot,
  }
  return encodeStored(content, now)
}

/**
 * Decodes the last good data of an earlier process. Data that was stored under other privacy settings is not used: it may show
 * what has to be hidden now.
 *
 * @param now milliseconds since 1970
 */
export function decodeSnapshot(
  bytes: Uint8Array,
  source: Source,
  report: AnyReport,
  now: number,
): ReadResult<Snapshot> {
  const expected = z
    .object({
      account: z.string(),
      report: z.string(),
      privacy: z.string(),
      fetchedAt: z.number().nonnegative(),
      records: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
      rows: z.array(report.storedRow),
      columns: z.record(z.string(), column),
    })
    .refine(({ account }) => account === accountIdOf(source), 'belongs to another account')
    .refine(({ fetchedAt }) => fetchedAt <= now + CLOCK_TOLERANCE_MS, 'was fetched in the future')
    .refine((content) => content.report === report.name, 'belongs to another report')
    .refine(({ privacy }) => privacy === report.privacyOf(source), OTHER_PRIVACY)
    .refine(
      ({ rows, columns }) => Object.values(columns).every(({ length }) => length === rows.length),
      'does not have a value for each row',
    )
  const { content, problem } = decodeStored(bytes, expected, now)
  if (content === undefined) {
    // Another version, or another process with plain names, may have written what cannot be read.
    const isPrivate = problem === OTHER_PRIVACY || hidesAgents(source)
    return isPrivate ? { problem, isPrivate } : { problem }
  }
  const { fetchedAt, records, bytes: size, rows, columns } = content
  const { restoreRow } = report
  const restored = restoreRow === undefined ? rows : rows.map((row) => restoreRow(row, source))
  return { content: { fetchedAt, records, bytes: size, rows: restored, columns } }
}
