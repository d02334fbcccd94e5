import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/model/outcome.ts'
import { agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { reportNamed, reports } from '../../../src/reports/index.ts'
import type { AnyReport } from '../../../src/reports/report.ts'
import { initialState, withOutcome } from '../../../src/scheduling/state.ts'
import { failureReasons } from '../../../src/wolkvox/failure.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anEnvelope, anOperation, aRecord, momentAt } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { renderText } from '../../../tools/render-text.ts'
import { reportRecords } from '../../../tools/report-records.ts'
import { aReportSettings } from '../../support/agents.ts'
import fc from '../../support/fast-check.ts'

type Json = unknown

const NOW = 1_700_000_000_000

/** The scrape after a report received this body. */
async function scrapeAfter(body: Uint8Array, status: number, name = 'ventas', report = 'agents') {
  const operation = anOperation({ name })
  const { outcome } = await read(operation, reportNamed(report), { status, body, fetchedAt: NOW })
  const begun = initialState(name, aReportSettings({ name: report }), NOW)
  const state = withOutcome(begun, outcome, 1, momentAt(NOW))
  return {
    outcome,
    samples: parseExposition(await renderText({ reports: [state] }, [], 'text', NOW)),
  }
}

/** The number of records in the response that were not rejected. */
function acceptedRecords(outcome: Outcome): number {
  if (!outcome.ok) return 0
  const rejected = Object.values(outcome.rejections.records).reduce((sum, count) => sum + count, 0)
  return outcome.rendered.records - rejected
}

/** Any texts, and texts that have broken a parser before. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme-composite' }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\\n',
    '"} 1\nx{a="',
    '\r\n',
    '\u0000',
    '🧑‍💻',
    '\ud800',
    '\udc00x',
    '__proto__',
    '\u2028',
    '#',
    ' ',
  ),
)

const anyValue = fc.oneof(hostileText, fc.jsonValue(), fc.integer().map(String), fc.double().map(String))

/** Good records of a report with any JSON in some places. */
function almostRecord({ name }: AnyReport, list = '') {
  const records = Object.entries(reportRecords).flatMap(([report, all]) => (report === name ? all : []))
  const good = records
    .map((record) => Object.entries(record).filter(([field]) => field.startsWith(list)))
    .filter((members) => members.length > 0)
    .map((members) => Object.fromEntries(members.map(([field, value]) => [field.slice(list.length), value])))
  const keys = good.flatMap(Object.keys)
  const strange = fc.dictionary(fc.constantFrom(...keys, '__proto__', 'toString'), anyValue, { maxKeys: 6 })
  return fc.tuple(fc.constantFrom(...good), strange).map(([record, more]) => ({ ...record, ...more }))
}

function anyRecords(report: AnyReport, list = ''): fc.Arbitrary<Json> {
  const record = { weight: 4, arbitrary: almostRecord(report, list) }
  return fc.array(fc.oneof(record, { weight: 1, arbitrary: fc.jsonValue() }), { maxLength: 12 })
}

/** The data of a response with any records, in nested lists if the report has some. */
function anyReport(report: AnyReport): fc.Arbitrary<Json> {
  const { nestedLists } = report
  if (nestedLists === undefined) return anyRecords(report)
  const lists = Object.fromEntries(
    nestedLists.map((list) => [
      list,
      fc.oneof(
        { weight: 4, arbitrary: anyRecords(report, `${list}.`) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
    ]),
  )
  return fc.array(fc.record({ ...lists, by_ip: fc.jsonValue() }, { requiredKeys: [] }), { maxLength: 3 })
}

const anyEnvelope = (report: AnyReport) =>
  fc.record(
    {
      code: fc.oneof(fc.constantFrom(200, '200', '', null), fc.jsonValue()),
      msg: fc.jsonValue(),
      error: fc.jsonValue(),
      data: fc.oneof(anyReport(report), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )

describe.each(reports.map((report) => ({ name: report.name, report })))(
  'any response to a request of $name',
  ({ name, report }) => {
    it.each([
      ['any JSON', fc.jsonValue().map((value) => JSON.stringify(value))],
      ['any envelope', anyEnvelope(report).map((value) => JSON.stringify(value))],
      ['any report', anyReport(report).map(anEnvelope)],
      ['any text', fc.string({ unit: 'binary' })],
    ])('nothing is thrown and the exposition is valid: %s', async (_kind, bodies) => {
      await fc.assert(
        fc.asyncProperty(bodies, fc.constantFrom(200, 403, 500), async (body, status) => {
          const { outcome, samples } = await scrapeAfter(Buffer.from(body), status, 'ventas', name)
          for (const { value } of samples) expect(value).toBeGreaterThanOrEqual(0)
          const states = samples.filter((sample) => sample.name === 'wolkvox_agent_state')
          expect(states).toHaveLength(name === 'agents' ? acceptedRecords(outcome) : 0)
          if (!outcome.ok) {
            expect(failureReasons).toContain(outcome.failure.reason)
            expect(outcome.failure.reason).not.toBe('internal')
          }
        }),
        { numRuns: 500 },
      )
    })

    it('nothing is thrown for any bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array(), async (bytes) => {
          const { outcome } = await scrapeAfter(bytes, 200, 'ventas', name)
          expect(outcome.ok ? 'ok' : outcome.failure.reason).not.toBe('internal')
        }),
        { numRuns: 500 },
      )
    })
  },
)

describe('the text of a label', () => {
  it('can be any text: names, states and operations', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, hostileText, async (name, state, operation) => {
        const body = anEnvelope([aRecord({ agent_name: name, agent_status: state })])
        const { samples } = await scrapeAfter(Buffer.from(body), 200, operation)
        const asSent = (text: string) => (text.trim() === '-' ? '' : text.trim().toWellFormed())
        expect(samples.find((sample) => sample.name === 'wolkvox_agent_state')?.labels).toMatchObject({
          operation: operation.toWellFormed(),
          agent_id: '1001',
          agent_name: asSent(name),
          state: asSent(state),
        })
        expect(samples.filter(({ labels }) => labels.agent_id === '1001')).toHaveLength(
          agentRowFamilies.length,
        )
      }),
      { numRuns: 1000 },
    )
  })
})
