import { describe, expect, it } from 'vitest'
import { scheduledReport } from '../../src/scheduling/scheduled-report.ts'
import type { ExporterState } from '../../src/scheduling/state.ts'
import { CONTENT_SECURITY_POLICY } from '../../src/status-page/assets.ts'
import { english } from '../../src/status-page/english.ts'
import { spanish } from '../../src/status-page/spanish.ts'
import { failureHints, failureReasons } from '../../src/wolkvox/failure.ts'
import { anAccountState, anOperation } from '../../tools/fixtures.ts'
import { aGoodState, aLargeState, aMixedState, aReport, bad, good, MINUTE, NOW } from '../support/status.ts'
import { pageOf, reportWords, summaryOf, wordsOf } from './read-page.ts'

/** One operation with this report. */
const stateOf = (...reports: ExporterState['reports'][number][]): ExporterState => ({
  accounts: [anAccountState()],
  operations: [{ operation: anOperation({ name: 'ventas' }), account: '0042', storageFailures: 0 }],
  reports,
})

const agents = (...refreshes: Parameters<typeof aReport>[2]) => aReport('ventas', 'agents', refreshes)

describe('the summary', () => {
  it('says that everything is well', () => {
    expect(summaryOf(pageOf(aGoodState()))).toEqual(['Everything is well 1 report of 1 operation'])
    expect(summaryOf(pageOf(aGoodState(), { language: 'es' }))).toEqual([
      'Todo está bien 1 reporte de 1 operación',
    ])
  })

  it('says what is wrong, worst first', () => {
    expect(summaryOf(pageOf(aMixedState()))).toEqual([
      '4 problems 4 reports of 2 operations',
      'soporte, token_info: no data yet; failing for 2 h 1 min (token not accepted)',
      'Account 0077: 96 of 100 calls of the day are used',
      'soporte, agents: refreshes fail; the last good data is still served; failing for 6 min (timed out)',
      'ventas-bogota, token_info: the last response had records or values that cannot be read (records: 0, values: 1)',
    ])
  })

  it('says that the configuration cannot be reloaded, on every page', () => {
    const reloadFailingSince = NOW - 65 * MINUTE
    const en =
      'Configuration: reloads have failed for 1 h 5 min; the configuration before them is still used.'
    const es = 'Configuración: no se puede volver a cargar desde hace 1 h 5 min; sigue en uso la anterior.'
    expect(summaryOf(pageOf(aGoodState(), { reloadFailingSince }))).toEqual([
      '1 problem 1 report of 1 operation',
      `${en} The log and check-config say why.`,
    ])
    const only = 'ventas-bogota'
    expect(summaryOf(pageOf(aGoodState(), { reloadFailingSince, only, language: 'es' }))[1]).toBe(
      `${es} El registro y check-config dicen por qué.`,
    )
  })

  it('says that no refresh has ended yet', () => {
    expect(summaryOf(pageOf(stateOf(agents())))[0]).toMatch(/^Starting: the first refresh has not ended yet/)
  })

  it('says that stale data was removed, with the reason if refreshes fail', () => {
    const now = NOW + 60 * MINUTE
    expect(summaryOf(pageOf(stateOf(agents(good(), bad('tls'))), { now }))[1]).toBe(
      'ventas, agents: the data is too old and was removed from the metrics; failing for 1 h 1 min (TLS connection failed)',
    )
    expect(summaryOf(pageOf(stateOf(agents(good())), { now }))[1]).toBe(
      'ventas, agents: the data is too old and was removed from the metrics; no refresh has ended for too long',
    )
  })

  it.each([
    ['all calls that the licences allow today are used; next attempt in 30 minutes', 1000, false],
    ['wolkvox reports that the calls of the day are used up; next attempt in 12 minutes', 20, true],
  ])('says that the account is paused: %s', (words, count, isRefused) => {
    const account = anAccountState({
      dailyLimit: 1000,
      requestsOfDay: { day: '2026-01-02', count },
      exhausted: isRefused ? { day: '2026-01-02', probeAtMonotonicMs: NOW + 12 * MINUTE } : undefined,
    })
    const state = { ...stateOf(agents(good())), accounts: [account] }
    expect(summaryOf(pageOf(state))[1]).toBe(`Account 0042: ${words}`)
  })

  it('says that dates in the future cannot be read', () => {
    const values = { 'by_agent.last_date': 3 }
    const state = stateOf(agents(good(200, { records: {}, values, futureDates: 2 })))
    expect(summaryOf(pageOf(state))[1]).toMatch(
      /values: 3\); some are dates in the future: check the time zone of the operation and the clock$/,
    )
    expect(summaryOf(pageOf(state, { language: 'es' }))[1]).toMatch(
      /valores: 3\); algunos son fechas del futuro: revise la zona horaria de la operación y el reloj$/,
    )
  })

  it('says that records may be missing', () => {
    expect(summaryOf(pageOf(stateOf(agents(good(60_000)))))[1]).toBe(
      'ventas, agents: the response has 60,000 records, the maximum: some may be missing',
    )
  })

  it('shows at most 12 problems, and how many more there are', () => {
    const state = aLargeState()
    const reports = state.reports.map((report) => ({ ...report, failingSince: NOW - MINUTE }))
    const lines = summaryOf(pageOf({ ...state, reports }))
    expect(lines).toHaveLength(14)
    expect(lines.at(-1)).toBe('and 338 more below')
  })

  it('links to the part about each problem', () => {
    const page = pageOf(aMixedState())
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id = '']) => id)
    expect(links).toHaveLength(4)
    for (const id of links) expect(page).toContain(`id="${id}"`)
  })
})

describe('the part about a report', () => {
  it('shows the age of the data, its records, the next refresh and the last failure', () => {
    const words = reportWords(pageOf(aMixedState()), 'ventas-bogota', 'agents')
    expect(words).toContain('agents Up to date Data 60 seconds ago 09:59:00; removed if older than 15 min')
    expect(words).toContain('Records 200')
    expect(words).toContain('Next refresh in 4 minutes 10:04:00; every 5 min')
    expect(words).toContain('Last failure 41 minutes ago timed out, 09:18:59')
  })

  it('says the same in Spanish', () => {
    const words = reportWords(pageOf(aMixedState(), { language: 'es' }), 'ventas-bogota', 'agents')
    expect(words).toContain('agents Al día Datos hace 60 segundos 09:59:00; se retiran si superan 15 min')
    expect(words).toContain('Próxima consulta dentro de 4 minutos 10:04:00; cada 5 min')
    expect(words).toContain('Última falla hace 41 minutos se agotó el tiempo de espera, 09:18:59')
  })

  it.each(failureReasons)('says what happened and what to do after %s, in both languages', (reason) => {
    const state = stateOf(agents(bad(reason, 'the problem')))
    const [english, spanish] = (['en', 'es'] as const).map((language) =>
      reportWords(pageOf(state, { language }), 'ventas', 'agents'),
    )
    expect(english).toContain(`: the problem What to do: ${failureHints[reason]}`)
    expect(spanish).toMatch(/: the problem Qué hacer: \S+ \S+/)
    expect(spanish).not.toContain(failureHints[reason])
  })

  it.each(failureReasons)('names the same settings after %s in both languages', (reason) => {
    const settingsIn = (hint: string) => (hint.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []).sort()
    expect(settingsIn(spanish.hints[reason])).toEqual(settingsIn(english.hints[reason]))
  })

  it('says that a refresh is in progress', () => {
    const state = { ...agents(good()), inProgress: true }
    expect(reportWords(pageOf(stateOf(state)), 'ventas', 'agents')).toContain('Next refresh in progress now')
  })

  it('shows the served records if they are fewer', () => {
    const state = agents(good(200))
    const rendered = state.rendered && { ...state.rendered, rows: 198 }
    expect(reportWords(pageOf(stateOf({ ...state, rendered })), 'ventas', 'agents')).toContain(
      'Records 200, 198 of them served',
    )
  })

  it('never shows negative times when a clock was set back or a refresh is overdue', () => {
    const early = reportWords(pageOf(stateOf(agents(good())), { now: NOW - 10 * MINUTE }), 'ventas', 'agents')
    expect(early).toContain('Data 0 seconds ago')
    const late = reportWords(pageOf(stateOf(agents(good())), { now: NOW + 10 * MINUTE }), 'ventas', 'agents')
    expect(late).toContain('Next refresh in 0 seconds')
  })

  it('lists the last 20 refreshes, newest first, with what came', () => {
    const rejections = { records: { duplicate: 2 }, values: { calls: 1 } }
    const refreshes = [
      ...Array.from({ length: 20 }, () => good()),
      bad('timeout', 'it took too long'),
      good(1234, rejections),
    ]
    const page = pageOf(stateOf(agents(...refreshes)))
    const rows = [...page.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) => wordsOf(row))
    expect(rows).toHaveLength(20)
    expect(rows[0]).toBe('09:58:59 ok 0.42 s 1 1,234 3 79.3 KiB 200')
    expect(rows[1]).toBe('09:53:59 timed out: it took too long 0.42 s 1')
    expect(wordsOf(page)).toContain('The last 20 refreshes')
  })

  it('shows the date of a moment of another day', () => {
    const page = pageOf(stateOf(agents(good())), { now: NOW + 24 * 60 * MINUTE })
    expect(reportWords(page, 'ventas', 'agents')).toContain('Data 24 hours ago Jan 2 09:59:00')
  })

  it("uses the operation's time zone, and names it", () => {
    const operation = anOperation({ name: 'ventas', timeZone: 'America/Mexico_City' })
    const state = {
      ...stateOf(agents(good())),
      operations: [{ operation, account: '0042', storageFailures: 0 }],
    }
    const page = pageOf(state)
    expect(reportWords(page, 'ventas', 'agents')).toContain('Data 60 seconds ago 08:59:00')
    expect(wordsOf(page)).toContain('ventas times in America/Mexico_City')
  })
})

describe('the part about accounts', () => {
  it('shows the calls of today, the limit and when the day ends', () => {
    expect(wordsOf(pageOf(aGoodState()))).toContain(
      'Calls to wolkvox Account Today The day ends 0042 1,234 of 50,000 in 14 hours Jan 3 00:00:00 (America/Bogota)',
    )
  })

  it('counts the calls of other programs where they are known', () => {
    const account = anAccountState({
      dailyLimit: 1000,
      requestsOfDay: { day: '2026-01-02', count: 400 },
      reports: [scheduledReport({ name: 'token_info', refreshIntervalMs: 60 * MINUTE }, anOperation())],
      otherRequests: { day: '2026-01-02', count: 510, measuredAt: NOW, marks: [] },
    })
    const state = { ...stateOf(agents(good())), accounts: [account] }
    expect(wordsOf(pageOf(state))).toContain('0042 910 of 1,000 510 by other programs in 14 hours')
    expect(wordsOf(pageOf(state, { language: 'es' }))).toContain('510 de otros programas')
    expect(summaryOf(pageOf(state))[1]).toBe('Account 0042: 910 of 1,000 calls of the day are used')
  })

  it('says that the limit is unknown without licences', () => {
    expect(wordsOf(pageOf(stateOf(agents(good()))))).toContain(
      '0; the limit is unknown because no licences are configured',
    )
  })
})

describe('the page about many operations', () => {
  it('shows what is wrong in detail, and the rest as a list of links', () => {
    const page = pageOf(aLargeState())
    expect(page.match(/<article/g)).toHaveLength(1)
    expect(page.match(/<details/g)).toBeNull()
    expect(page.match(/href="\?operation=operacion-\d+"/g)).toHaveLength(50)
    expect(wordsOf(page)).toContain('6 other reports without problems. All reports and their refreshes')
  })

  it('stays small while every report fails', () => {
    const state = aLargeState()
    const reports = state.reports.map((report) =>
      aReport(report.operation, 'agents', [bad('malformed', 'x'.repeat(200))]),
    )
    expect(pageOf({ ...state, reports }).length).toBeLessThan(600_000)
  })

  it('shows one operation with its refreshes when asked for it', () => {
    const page = pageOf(aLargeState(), { only: 'operacion-2' })
    expect(page.match(/<article/g)).toHaveLength(7)
    expect(page.match(/<details/g)).toHaveLength(7)
    expect(page).not.toContain('operacion-1"')
    expect(page).toContain('<a href="./">All operations</a>')
    expect(() => pageOf(aLargeState(), { only: 'other' })).toThrow('no such operation')
  })
})

describe('the HTML', () => {
  const markup = `"><script>alert('1')</script>&`

  it.each([
    [
      'the name of an operation',
      (state: ExporterState) => ({
        ...state,
        operations: state.operations.map((each) => ({ ...each, operation: anOperation({ name: markup }) })),
        reports: [aReport(markup, 'agents', [good(), bad('tls')])],
      }),
    ],
    [
      'the name of an account',
      (state: ExporterState) => ({
        ...state,
        accounts: [anAccountState({ account: markup, dailyLimit: 10 })],
        operations: state.operations.map((each) => ({ ...each, account: markup })),
      }),
    ],
    [
      'the message of a failure',
      (state: ExporterState) => ({ ...state, reports: [agents(bad('malformed', markup))] }),
    ],
  ])('escapes %s', (_, change) => {
    const page = pageOf(change(stateOf(agents(good()))))
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;')
    expect(page).not.toContain(markup)
  })

  it.each(['/metrics', '/a/b/metrics', '/-metrics~'])(
    'has only relative links, with the metrics at %s',
    (telemetryPath) => {
      const page = pageOf(aGoodState(), { telemetryPath })
      const links = [...page.matchAll(/href="([^"#]*)"/g)].map(([, href]) => href)
      expect(links).toEqual(['data:,', `.${telemetryPath}`, './-/healthy', './-/ready'])
    },
  )

  it.each(['en', 'es'] as const)('declares its language: %s', (language) => {
    expect(pageOf(aGoodState(), { language })).toContain(`<html lang="${language}">`)
  })

  it('begins its title with the number of problems', () => {
    expect(pageOf(aMixedState())).toContain('<title>(4) wolkvox exporter</title>')
    expect(pageOf(aGoodState())).toContain('<title>wolkvox exporter</title>')
    expect(pageOf(aGoodState(), { only: 'ventas-bogota' })).toContain(
      '<title>ventas-bogota – wolkvox exporter</title>',
    )
  })

  it('has a policy that forbids everything but its own style and script', () => {
    expect(CONTENT_SECURITY_POLICY).toMatch(
      /^default-src 'none'; img-src data:; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    expect(pageOf(aMixedState())).not.toMatch(/ style=| on\w+=/)
  })
})
