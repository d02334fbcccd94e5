import { describe, expect, it, vi } from 'vitest'
import { createExposition } from '../../src/exposition/exposition.ts'
import { SMALL_CHUNK_BYTES } from '../../src/exposition/gzip.ts'
import type { FilledFamily, Format } from '../../src/model/family.ts'
import { reports } from '../../src/reports/index.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withOutcome,
} from '../../src/scheduling/state.ts'
import { fillStatusFamilies } from '../../src/telemetry/status-families.ts'
import { anAccountState, anOperation, aRenderedSnapshot, momentAt } from '../../tools/fixtures.ts'
import { renderText, textOfBody } from '../../tools/render-text.ts'
import { aReportSettings, aSnapshot, renderAgents } from '../support/agents.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

/** The report `agents` of an operation with these agents. */
async function reportWith(operation: string, ids: readonly string[]): Promise<ReportState> {
  const agents = ids.map((id) => ({ id, name: '', state: 'READY', category: 'ready' }) as const)
  const snapshot = aSnapshot(agents, { calls: ids.map(() => 1) }, NOW)
  const rendered = aRenderedSnapshot({ fetchedAt: NOW, segments: await renderAgents(snapshot, operation) })
  const rejections = { records: {}, values: {} }
  return withOutcome(
    initialState(operation, aReportSettings(), NOW),
    { ok: true, rendered, rejections },
    1,
    momentAt(NOW),
  )
}

/** The state of operations that share an account. */
function stateOf(reports: readonly ReportState[]): ExporterState {
  return {
    accounts: [anAccountState()],
    operations: reports.map(({ operation }) => ({
      operation: anOperation({ name: operation }),
      account: '0042',
      storageFailures: 0,
    })),
    reports,
  }
}

const own: readonly FilledFamily[] = [
  {
    name: 'own_events_total',
    type: 'counter',
    help: 'A "quoted" \\ help\nof two lines.',
    samples: [{ labels: {}, value: 1e21 }],
  },
  {
    name: 'own_seconds',
    type: 'histogram',
    help: 'Buckets.',
    samples: [
      { name: 'own_seconds_bucket', labels: { le: '1' }, value: 1 },
      { name: 'own_seconds_bucket', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY },
      { name: 'own_seconds_sum', labels: {}, value: Number.NaN },
    ],
  },
]

const expositionOf = (state: () => ExporterState, ownFamilies = async () => own) =>
  createExposition({ reports, state, statusFamilies: fillStatusFamilies, ownFamilies })

const state = stateOf(await Promise.all([reportWith('a', ['1', '2']), reportWith('b', ['3'])]))
const text = await renderText(state, own, 'text', NOW)
const openMetrics = await renderText(state, own, 'openmetrics', NOW)

describe('the exposition', () => {
  it('keeps all samples of a family together under one HELP and one TYPE, for all operations', () => {
    const families: string[] = []
    for (const line of text.trimEnd().split('\n')) {
      const name = line.startsWith('#')
        ? line.split(' ')[2]
        : line.split(/[{ ]/)[0]?.replace(/_(bucket|sum|count)$/, '')
      if (name !== undefined && families.at(-1) !== name) families.push(name)
    }
    expect(new Set(families).size).toBe(families.length)
    expect(text).toContain(
      'wolkvox_agent_calls{operation="a",agent_id="2",agent_name=""} 1\n' +
        'wolkvox_agent_calls{operation="b",agent_id="3",agent_name=""} 1\n',
    )
  })

  it('leaves out the header of a family without samples', () => {
    expect(text).not.toContain('wolkvox_agent_acw_seconds')
    expect(text).not.toContain('wolkvox_account_daily_limit')
  })

  it('has no series of a report before its first success', async () => {
    const begun = initialState('a', aReportSettings(), NOW)
    const failure = { reason: 'timeout', message: 'too slow' } as const
    const rejections = { records: {}, values: {} }
    const failed = withOutcome(begun, { ok: false, failure, rejections }, 1, momentAt(NOW))
    for (const report of [begun, failed]) {
      const text = await renderText(stateOf([report]), [], 'text', NOW)
      expect(text).toContain('wolkvox_refreshes_total{')
      expect(text).not.toMatch(/wolkvox_agent/)
    }
  })

  it('has no timestamps', () => {
    for (const line of text.trimEnd().split('\n')) {
      if (!line.startsWith('#')) expect(line).toMatch(/^[^{} ]+(\{.*\})? [^ ]+$/)
    }
  })

  it('in the text format names a counter with _total and escapes backslashes and line breaks in HELP', () => {
    expect(text).toContain(
      '# HELP own_events_total A "quoted" \\\\ help\\nof two lines.\n# TYPE own_events_total counter\nown_events_total 1e+21\n',
    )
    expect(text).toMatch(/\n$/)
    expect(text).not.toContain('# EOF')
  })

  it('in OpenMetrics names the family of a counter without _total, its sample with _total, and escapes quotes too', () => {
    expect(openMetrics).toContain(
      '# HELP own_events A \\"quoted\\" \\\\ help\\nof two lines.\n# TYPE own_events counter\nown_events_total 1e+21\n',
    )
  })

  it('in OpenMetrics ends with # EOF and writes the bounds of buckets as floating-point numbers', () => {
    expect(openMetrics).toMatch(/\n# EOF\n$/)
    expect(openMetrics).toContain(
      'own_seconds_bucket{le="1.0"} 1\nown_seconds_bucket{le="+Inf"} +Inf\nown_seconds_sum NaN\n',
    )
    expect(text).toContain('own_seconds_bucket{le="1"} 1\n')
  })

  it('writes the same samples of agents in both formats', () => {
    const agents = (text: string) => text.split('\n').filter((line) => line.startsWith('wolkvox_agent_'))
    expect(agents(openMetrics)).toEqual(agents(text))
    // Calls and state of three agents.
    expect(agents(text)).toHaveLength(6)
  })

  it('is empty without operations and metrics of the exporter', async () => {
    expect(await renderText({}, [], 'text', NOW)).toBe('')
    expect(await renderText({}, [], 'openmetrics', NOW)).toBe('# EOF\n')
  })
})

describe('a part', async () => {
  /** The lines of samples of a whole body that are about these operations, or about these accounts. */
  const samplesOf = (whole: string, labels: readonly string[]) =>
    whole
      .split('\n')
      .filter((line) => labels.some((label) => line.includes(`${label}"`) && !line.startsWith('#')))

  const current: ExporterState = {
    accounts: ['0042', '0043'].map((account) => anAccountState({ account, dailyLimit: 1000 })),
    operations: [
      ['a', '0042'],
      ['b', '0042'],
      ['c', '0043'],
    ].map(([name = '', account = '']) => ({
      operation: anOperation({ name }),
      account,
      storageFailures: 0,
    })),
    reports: [...state.reports, initialState('c', aReportSettings(), NOW)],
  }
  const exposition = expositionOf(() => current)
  const partOf = async (names: readonly string[], format: Format = 'text') =>
    textOfBody((await exposition.bodyOf(names, format, momentAt(NOW))) ?? expect.fail())
  const whole = await renderText(current, own, 'text', NOW)

  it('has the same lines as the whole: those of its operations and of their accounts', async () => {
    const only = (names: readonly string[], account: string) =>
      samplesOf(whole, [...names.map((name) => `{operation="${name}`), `{account="${account}`])
    const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(samples(await partOf(['a']))).toEqual(only(['a'], '0042'))
    expect(samples(await partOf(['a', 'b']))).toEqual(only(['a', 'b'], '0042'))
    expect(samples(await partOf(['c']))).toEqual(only(['c'], '0043'))
    expect(samples(await partOf(['a'])).length).toBeGreaterThan(20)
  })

  it('has each header of the whole before its samples, and no other', async () => {
    const text = await partOf(['c'])
    expect(text).toContain(
      '# TYPE wolkvox_account_daily_limit gauge\nwolkvox_account_daily_limit{account="0043"} 1000\n',
    )
    expect(text).not.toContain('wolkvox_agent_calls')
    for (const line of text.split('\n')) expect(whole.split('\n')).toContain(line)
  })

  it('has nothing about the process, unless an empty name asks for it', async () => {
    const process = await renderText({}, own, 'text', NOW)
    expect(process).toContain('own_events_total')
    expect(whole.endsWith(process)).toBe(true)
    expect(await partOf(['a'])).not.toContain('own_')
    expect((await partOf([''])).endsWith(process)).toBe(true)
    expect((await partOf(['', 'a'])).endsWith(process)).toBe(true)
  })

  it('with an empty name has the metrics of all accounts once, and nothing about an operation', async () => {
    const { accounts } = current
    expect(await partOf([''])).toBe(await renderText({ accounts }, own, 'text', NOW))
    const ofAccounts = samplesOf(whole, ['{account="0042', '{account="0043'])
    expect(ofAccounts).toContain('wolkvox_account_daily_limit{account="0043"} 1000')
    expect(samplesOf(await partOf(['']), ['{account="0042', '{account="0043'])).toEqual(ofAccounts)
    expect(samplesOf(await partOf(['a', '']), ['{account="0042', '{account="0043'])).toEqual(ofAccounts)
    expect(await partOf([''])).not.toMatch(/operation=/)
  })

  it('ends with # EOF in OpenMetrics', async () => {
    expect(await partOf(['a'], 'openmetrics')).toMatch(/wolkvox_agent_calls.*\n# EOF\n$/s)
    expect(await partOf([''], 'openmetrics')).toMatch(/own_events.*\n# EOF\n$/s)
  })

  it('of all operations and the process is the whole', async () => {
    expect(await partOf(['c', 'a', '', 'b', 'a'])).toBe(whole)
  })

  it('does not exist if one of its operations does not', () => {
    for (const names of [['d'], ['a', 'd'], ['A'], ['a,b'], ['__proto__'], ['a', '', ' ']]) {
      expect(exposition.bodyOf(names, 'text', momentAt(NOW))).toBeUndefined()
    }
  })

  it('is the same bytes for all scrapes within a second, in any order of the names', async () => {
    const first = await exposition.bodyOf(['a', 'b'], 'text', momentAt(NOW))
    expect(await exposition.bodyOf(['b', 'a', 'b'], 'text', momentAt(NOW + 999))).toBe(first)
    expect(await exposition.bodyOf(['a', 'b'], 'text', momentAt(NOW + 1000))).not.toBe(first)
  })

  it('is gone as soon as an operation is removed', async () => {
    let now = current
    const changing = expositionOf(() => now)
    expect(await changing.bodyOf(['a', 'c'], 'text', momentAt(NOW))).toBeDefined()
    now = { ...now, operations: now.operations.slice(0, 2) }
    expect(changing.bodyOf(['a', 'c'], 'text', momentAt(NOW))).toBeUndefined()
  })

  it('is kept for a second only: it would keep replaced data in memory', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const other = expositionOf(() => current)
    const first = await other.bodyOf(['c'], 'text', momentAt(NOW))
    expect(await other.bodyOf(['c'], 'text', momentAt(NOW))).toBe(first)
    vi.advanceTimersByTime(1000)
    expect(await other.bodyOf(['c'], 'text', momentAt(NOW))).not.toBe(first)
  })

  it('of very many agents shares the large segments of the whole, and they are compressed once', async () => {
    const ids = Array.from({ length: 60_000 }, (_, index) => `${index}`)
    const large = stateOf([await reportWith('a', ids), await reportWith('b', ['1'])])
    const body = (await expositionOf(() => large).bodyOf(['a'], 'text', momentAt(NOW))) ?? expect.fail()
    expect(textOfBody(body).length).toBe(body.length)
    const segments = large.reports[0]?.rendered?.segments ?? []
    const shared = segments.filter(({ deflated }) => deflated.length >= SMALL_CHUNK_BYTES)
    for (const { deflated } of shared) expect(body.gzipped).toContain(deflated)
    expect(shared.length).toBeGreaterThan(0)
  })
})

describe('the body of many agents', () => {
  const ids = Array.from({ length: 60_000 }, (_, index) => `${index}`)

  async function bodiesOf(count: number) {
    const state = stateOf([await reportWith('a', ids.slice(0, count))])
    const exposition = expositionOf(() => state)
    return [
      await exposition.wholeBody('text', momentAt(NOW)),
      await exposition.wholeBody('openmetrics', momentAt(NOW + 5000)),
    ]
  }

  it('shares the chunks of the agents with the bodies of all moments and formats', async () => {
    const [one, another] = await bodiesOf(ids.length)
    expect(one?.gzipped.length).toBeGreaterThan(1)
    expect(one?.gzipped.slice(0, -1).every((chunk, index) => chunk === another?.gzipped[index])).toBe(true)
    expect(another?.gzipped.at(-1)).not.toEqual(one?.gzipped.at(-1))
  })

  it('is complete and has the stated length', async () => {
    for (const body of await bodiesOf(ids.length)) {
      const text = textOfBody(body)
      expect(Buffer.byteLength(text)).toBe(body.length)
      expect(Buffer.concat(body.gzipped).length).toBe(body.gzippedLength)
      expect(text.split('\n').filter((line) => line.startsWith('wolkvox_agent_calls{'))).toHaveLength(
        ids.length,
      )
    }
  })

  it('is one chunk for few agents', async () => {
    const [one] = await bodiesOf(10)
    expect(one?.gzipped).toHaveLength(1)
  })
})
