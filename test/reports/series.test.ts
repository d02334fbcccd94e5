import { describe, expect, it } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { initialState, withOutcome } from '../../src/scheduling/state.ts'
import { fillStatusFamilies } from '../../src/telemetry/status-families.ts'
import { read } from '../../src/worker/tasks.ts'
import { readText } from '../../tools/files.ts'
import { anEnvelope, anOperation, momentAt } from '../../tools/fixtures.ts'
import { reportRecords } from '../../tools/report-records.ts'
import { aReportSettings, FETCHED_AT } from '../support/agents.ts'
import { textOfSegments } from '../support/exposition-texts.ts'

// The table in docs/scaling.md: series and bytes of one agent, skill, campaign, …, measured with this many.
const COUNT = 1000

const guide = readText('docs/scaling.md')

/** The rows of the table, by report and by what it counts: `latency agent`. */
const documented = new Map(
  [...guide.matchAll(/^\| `(\w+)` \| (\w+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$/gm)].map(
    ([, report, what, ...numbers]) => [
      `${report} ${what}`,
      numbers.map((number) => Number(number.replaceAll(',', ''))),
    ],
  ),
)

/** The data of a response with so many records like these. Ids, names and numbers differ, as in a real operation. */
function dataOf(report: string, what: string, count: number): unknown {
  const list = report === 'latency' ? (what === 'agent' ? 'by_agent' : 'by_pbx') : undefined
  const [good = {}] =
    list === undefined
      ? (reportRecords[report] ?? [])
      : (reportRecords[report] ?? []).filter(
          (record) => `${list}.${list === 'by_pbx' ? 'user' : 'agent_id'}` in record,
        )
  const records = Array.from({ length: count }, (_, index) => vary(good, index))
  if (list === undefined) return report === 'token_info' ? records.slice(0, 1) : records
  const plain = records.map((record) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name.slice(list.length + 1), value])),
  )
  return [{ by_agent: [], by_pbx: [], [list]: plain }]
}

const IDENTITY = /(?:^|\.)(?:agent_id|agent_name|skill_id|skill_name|campaign|user)$/

/** Another record: its ids and names have the digits of the index, its counts are other numbers of the same length. */
function vary(record: Readonly<Record<string, unknown>>, index: number): Record<string, unknown> {
  const digits = String(1000 + index)
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value]
      if (IDENTITY.test(name))
        return [name, /\d{3,}/.test(value) ? value.replaceAll(/\d{3,}/g, digits) : `${value} ${digits}`]
      return [name, /^\d+$/.test(value) ? String(index % 10 ** value.length) : value]
    }),
  )
}

/** Samples and sizes of the exposition of so many records. */
async function measure(report: (typeof reports)[number], what: string, count: number) {
  const body = Buffer.from(anEnvelope(dataOf(report.name, what, count)))
  const { outcome } = await read(anOperation(), report, { status: 200, body, fetchedAt: FETCHED_AT })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  expect(outcome.rejections).toEqual({ records: {}, values: {} })
  const text = textOfSegments(outcome.rendered.segments)
  return {
    outcome,
    series: text.split('\n').length - 1,
    bytes: text.length,
  }
}

/** Rounded as in the table: to two significant digits. */
const rounded = (number: number) => Number(number.toPrecision(2))

const cases = reports.flatMap((report) =>
  (
    ({ skills: ['skill'], campaigns: ['campaign'], latency: ['agent', 'trunk'], token_info: ['token'] })[
      report.name
    ] ?? ['agent']
  ).map((what) => ({ name: report.name, what, report })),
)

describe('the table of series in docs/scaling.md', () => {
  it('has a row for each report', () => {
    expect([...documented.keys()]).toEqual(cases.map(({ name, what }) => `${name} ${what}`))
  })

  it.each(cases)('has the measured numbers of one $what in $name', async ({ name, what, report }) => {
    const [series, bytes, more] = documented.get(`${name} ${what}`) ?? []
    const some = await measure(report, what, 1)
    const many = await measure(report, what, name === 'token_info' ? 1 : COUNT)
    const each = (of: 'series' | 'bytes') =>
      name === 'token_info' ? some[of] : (many[of] - some[of]) / (COUNT - 1)
    expect(series).toBe(each('series'))
    expect(bytes).toBe(rounded(each('bytes')))
    const begun = initialState('ventas', aReportSettings({ name }), FETCHED_AT)
    const state = {
      accounts: [],
      operations: [],
      reports: [withOutcome(begun, many.outcome, 1, momentAt(FETCHED_AT))],
    }
    const status = fillStatusFamilies(state, momentAt(FETCHED_AT)).flatMap(({ samples }) => samples)
    const ofAllRows = name === 'token_info' ? 0 : some.series - each('series')
    expect(more).toBe(status.length + ofAllRows)
  })

  it('says what an agent has in all reports', () => {
    const ofAgents = [...documented].filter(([row]) => row.endsWith(' agent'))
    const sum = ofAgents.reduce((total, [, [series = 0]]) => total + series, 0)
    const [, said] = /An agent in all reports has up to (\d+) series/.exec(guide) ?? []
    expect(Number(said)).toBe(sum)
  })
})
