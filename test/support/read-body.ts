import { reportNamed } from '../../src/reports/index.ts'
import { read } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, type OperationOverrides } from '../../tools/fixtures.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { aReportSettings, FETCHED_AT } from './agents.ts'
import { textOfSegments } from './exposition-texts.ts'

/** What becomes of a whole response to a report, in the form in which tests compare it. */
export interface ReadBody {
  /** The lines of the exposition, without the label `operation`. */
  readonly lines: readonly string[]
  /** Reasons and fields with the number of rejected records and values. */
  readonly rejected: Readonly<Record<string, number>>
  readonly missing: readonly string[]
  /** `reason: message` if the response is not a report. */
  readonly failure: string | undefined
}

const OPERATION = 'operation="ventas"'

/** Reads and renders a response with this body. */
export async function readBody(
  report: string,
  body: string | Uint8Array,
  {
    fetchedAt = FETCHED_AT,
    parameters = {},
    ...overrides
  }: OperationOverrides & { readonly fetchedAt?: number } = {},
): Promise<ReadBody> {
  const operation = anOperation({
    ...overrides,
    reports: [aReportSettings({ name: report, parameters })],
  })
  const response = { status: 200, body: Buffer.from(body), fetchedAt }
  const { outcome } = await read(operation, reportNamed(report), response)
  const text = outcome.ok ? textOfSegments(outcome.rendered.segments) : ''
  if (text !== '') parseExposition(text)
  const { records, values } = outcome.rejections
  return {
    lines: text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        if (!line.includes(OPERATION)) throw new Error(`no operation: ${line}`)
        return line.replace(`{${OPERATION},`, '{').replace(`{${OPERATION}}`, '')
      }),
    rejected: { ...records, ...values },
    missing: outcome.ok ? (outcome.missingFields ?? []) : [],
    failure: outcome.ok ? undefined : `${outcome.failure.reason}: ${outcome.failure.message}`,
  }
}

/** Reads and renders a response with these data. */
export const readData = (report: string, data: unknown, overrides: OperationOverrides = {}) =>
  readBody(report, anEnvelope(data), overrides)

/** Nothing is rejected and nothing is missing. */
export const CLEAN = { rejected: {}, missing: [], failure: undefined } as const

/** The forms in which any report can send its records. Each is a whole body. */
export const envelopes: Readonly<Record<string, (records: readonly object[]) => string>> = {
  'an envelope with a list': (records) => anEnvelope(records),
  'an envelope with numbers as keys': (records) => anEnvelope(withNumbers(records)),
  'a bare list': (records) => JSON.stringify(records),
  'a bare object with numbers as keys': (records) => JSON.stringify(withNumbers(records)),
  'records among the members of the envelope': (records) =>
    JSON.stringify({ ...withNumbers(records), code: 200, error: null }),
  'a code as text': (records) => JSON.stringify({ code: '200', error: 'null', msg: '', data: records }),
  'an empty code': (records) => JSON.stringify({ code: '', data: records }),
  'no code': (records) => JSON.stringify({ data: records }),
  'data before the code, with white space': (records) =>
    JSON.stringify({ data: records, code: 200 }, null, '\t'),
  'a byte order mark': (records) => `\ufeff${anEnvelope(records)}`,
}

function withNumbers(records: readonly object[]): object {
  return Object.fromEntries(records.map((record, index) => [String(index * 3), record]))
}

/** Bodies that say that there are no records. */
export const emptyBodies: readonly string[] = [
  ...[null, '', [], {}].map((data) => JSON.stringify({ code: 200, error: null, msg: '', data })),
  '{"code":"200","msg":"0 records were found"}',
  '{"code":404,"msg":"No records were found"}',
  '[]',
]
