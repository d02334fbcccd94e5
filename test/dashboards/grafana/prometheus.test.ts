import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languageNames } from '../../../grafana/dashboards.ts'
import { dataStates } from '../../../grafana/queries/data.ts'
import { occupancyTarget } from '../../../grafana/recurring/occupancy.ts'
import type { Name } from '../../../grafana/shell/uids.ts'
import { es } from '../../../grafana/texts/es.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { checkAgentTable } from './agent-table.ts'
import { fileOf, files, type Panel } from './dashboards.ts'
import { type Between, expectedOf } from './expected.ts'
import { configured, tableFrames, transformed } from './frames.ts'
import { askPanel, askTarget, askVariable, type Choice, queryVariables } from './grafana-requests.ts'
import { linksOf } from './links.ts'
import { type Historian, startHistorian } from './prometheus.ts'
import { shapes } from './shapes.ts'
import { timeRanges } from './time-ranges.ts'

/** In each of the two operations, whose agents have the same ids. */
const AGENTS = 60
const OPERATIONS = ['ventas', 'soporte'] as const

/** One of each operation. */
const AGENT = '1006'

type Values = NonNullable<Choice['values']>

const choices: readonly (readonly [what: string, values: Values])[] = [
  ['nothing', {}],
  ['one operation', { operation: ['ventas'] }],
  ['the other operation', { operation: ['soporte'] }],
  ['both operations', { operation: OPERATIONS }],
  ['an agent', { operation: ['ventas'], agent: ['1001'] }],
  ['three agents of both', { agent: ['1001', '1002', '1005'] }],
]

/**
 * Noon of the half day, but three minutes after a refresh: what is recorded is up to a minute younger than the scrape that it is
 * made of, and an even minute is one that Grafana asks for.
 */
const period = { from: timeRanges.today.from, to: timeRanges.today.to - 120 }

const agentsOf = ({ operation = OPERATIONS, agent }: Values) => operation.length * (agent?.length ?? AGENTS)

const panelOf = (name: Name, title: string) => {
  const panel = fileOf(name, 'es').dashboard.panels.find((one) => one.title === title)
  if (panel === undefined) throw new Error(`there is no panel ${title}`)
  return panel
}

const near = (value: number | Between): unknown =>
  typeof value === 'number'
    ? expect.closeTo(value, 3)
    : expect.toSatisfy((found: number) => found >= value[0] && found <= value[1])

/** What a legend says of a series, without its words. */
const nameOf = (legend: string, labels: Readonly<Record<string, string>>) =>
  [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => labels[label] ?? '').join(' ')

/** A panel that shows only a value uses the name for its colour. */
const showsNames = ({ options }: Panel) => options.textMode !== 'value'

/** By reason or field, and only what there was: an operation without failures has none to draw. */
const ofFailures = (expr: string) => /^sum by \(\w+\) \(rate\(.* > 0$/.test(expr)

describe.skipIf(!haveTools('prometheus', 'promtool'))('with half a day in a real Prometheus', () => {
  let historian: Historian
  beforeAll(async () => {
    historian = await startHistorian(
      OPERATIONS.map((name, index) => ({ name, agents: AGENTS, seed: index + 1 })),
    )
  }, 300_000)
  afterAll(() => historian?.stop())

  const ask = (panel: Panel, values: Values) => askPanel(historian.url, panel, { ...period, values })

  describe.each(files)('$path', ({ dashboard }) => {
    const variables = dashboard.templating.list.map(({ name }) => name)
    const possible = choices.filter(([, values]) =>
      Object.keys(values).every((name) => variables.includes(name)),
    )

    describe.each(possible)('where %s is chosen', (_what, values) => {
      it.each(dashboard.panels)('has for panel $id, $title, what a $type can show', async (panel) => {
        const answers = await ask(panel, values)
        for (const { refId, expr } of panel.targets)
          if (!ofFailures(expr)) expect(answers.get(refId), `the answer to query ${refId}`).not.toEqual([])
        const shape = shapes[panel.type]
        if (shape === undefined) throw new Error(`what a ${panel.type} can show is not known`)
        await shape(panel, answers, agentsOf(values))
      })
    })

    it('answers every query where everything is chosen', async () => {
      for (const panel of dashboard.panels)
        for (const [refId, series] of await ask(panel, {})) {
          expect(series, `${panel.title}, query ${refId}`).not.toEqual([])
          const { legendFormat = '' } = panel.targets.find((target) => target.refId === refId) ?? {}
          const names = series.map(({ labels }) => nameOf(legendFormat, labels))
          if (legendFormat.includes('{{') && showsNames(panel))
            expect(names, `legends of ${panel.title}`).not.toContain('')
          if (panel.type !== 'table' && panel.type !== 'state-timeline')
            expect(new Set(names).size, `legends of ${panel.title}`).toBe(names.length)
        }
    })

    it.each(queryVariables(dashboard))('offers a choice of $name', async (variable) => {
      const offered = await askVariable(historian.url, variable, period)
      const values = offered.map(({ value }) => value)
      expect(values).toEqual([...new Set(values)])
      const wanted: Readonly<Record<string, number>> = { operation: OPERATIONS.length, agent: AGENTS }
      expect(values).toHaveLength(wanted[variable.name] ?? 1)
      for (const { text } of offered) expect(text).not.toBe('')
    })

    it.each(dashboard.annotations.list)(
      'marks $name',
      async ({ expr = '', step, tagKeys, titleFormat, textFormat, useValueForTime }) => {
        const target = { expr, instant: false }
        const series = await askTarget(historian.url, target, { interval: '1m' }, period)
        expect(step).toBe('60s')
        expect(series).not.toEqual([])
        // Alerts are there while they fire; a start was at the moment that its value says.
        expect(useValueForTime).toBe(expr.includes('process_start_time_seconds'))
        for (const { labels, values } of series) {
          expect(Object.keys(labels)).toContain(tagKeys)
          for (const format of [titleFormat, textFormat])
            if (format.includes('{{')) expect(nameOf(format, labels)).not.toBe('')
          if (!useValueForTime) continue
          for (const moment of values) {
            expect(moment).toBeGreaterThanOrEqual(period.from * 1000)
            expect(moment).toBeLessThanOrEqual(period.to * 1000)
          }
        }
      },
    )
  })

  describe.each([
    ['one operation', ['ventas']],
    ['the other operation', ['soporte']],
    ['both operations', [...OPERATIONS]],
  ])('where %s is chosen', (_what, operation) => {
    it('answers every panel as sums over the records of wolkvox do', async () => {
      for (const { dashboard, panel: key, answers } of expectedOf(
        historian.reports,
        operation,
        AGENT,
        period.to,
      )) {
        const { title: made } = es.panels[key]
        const title = typeof made === 'string' ? made : made(occupancyTarget)
        const panel = panelOf(dashboard, title)
        const found = await ask(panel, { operation, ...(dashboard === 'agent' && { agent: [AGENT] }) })
        for (const [refId, wanted] of Object.entries(answers)) {
          const { legendFormat: legend = '' } = panel.targets.find((target) => target.refId === refId) ?? {}
          const legendFormat = showsNames(panel) ? legend : ''
          const named = Object.fromEntries(
            (found.get(refId) ?? []).map(({ labels, values }) => [
              nameOf(legendFormat, labels),
              values.at(-1),
            ]),
          )
          const close = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, near(value)]))
          expect(named, `${dashboard}: ${title}, ${refId}`).toEqual(close)
        }
      }
    })
  })

  it.each([
    ['09:04', 'while wolkvox does not answer', dataStates.failing],
    ['09:17', 'once the data is too old', dataStates.stale],
    ['09:24', 'when it is back', dataStates.fresh],
  ])('says at %s, %s, how far the data can be trusted', async (time, _when, state) => {
    const panel = panelOf('operation', es.panels.dataState.title)
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    const to = timeRanges.today.from + hours * 3600 + minutes * 60
    const answers = await askPanel(historian.url, panel, { ...period, to })
    expect(answers.get('A')?.[0]?.values).toEqual([state])
  })

  it('counts the one who does not come back from a break', async () => {
    const answers = await ask(panelOf('operation', es.panels.overLimit.title), { operation: ['ventas'] })
    expect(answers.get('A')?.[0]?.values).toEqual([1])
  })

  it('counts no agents of an operation whose data is too old', async () => {
    const panel = panelOf('operation', es.panels.loggedIn.title)
    const to = timeRanges.today.from + 9 * 3600 + 17 * 60
    const answers = await askPanel(historian.url, panel, {
      from: period.from,
      to,
      values: { operation: ['soporte'] },
    })
    expect(answers.get('A')).toEqual([])
  })

  it.each([
    ['operation', es.panels.calls.title],
    ['agent', es.panels.agentCalls.title],
  ] as const)('counts on %s other calls only with another refresh', async (name, title) => {
    // Each minute of twenty: four refreshes, and with the first and the last minute part of a fifth.
    const answers = await askPanel(
      historian.url,
      { ...panelOf(name, title), maxDataPoints: 300 },
      { from: period.to - 20 * 60, to: period.to },
    )
    const counts = answers.get('inbound')?.[0]?.values ?? []
    expect(counts).toHaveLength(21)
    const changes = counts.filter((count, index) => index > 0 && count !== counts[index - 1])
    expect(changes.length).toBeLessThanOrEqual(5)
  })

  it('ends the bands of states while nothing is known of anybody', async () => {
    const panel = panelOf('agent', es.panels.timeline.title)
    const answers = await ask(panel, { operation: ['soporte'], agent: ['1001'] })
    const [frame] = await transformed(panel, tableFrames(answers))
    const [moments, band] = frame?.fields ?? []
    const at = (minutes: number) => {
      const moment = (timeRanges.today.from + 9 * 3600 + minutes * 60) * 1000
      return band?.values[moments?.values.indexOf(moment) ?? -1] as unknown
    }
    expect([at(14), at(16), at(18), at(22)]).toEqual([expect.any(String), null, null, expect.any(String)])
  })

  it('counts each refresh in one bar', async () => {
    const answers = await ask(panelOf('exporter', es.panels.refreshes.title), {})
    const bars = [...answers.values()].flatMap((series) => series.flatMap(({ values }) => values))
    for (const bar of bars) expect(bar).toBeCloseTo(Math.round(bar))
    const failed = answers.get('B')?.[0]?.values ?? []
    expect(Math.round(failed.reduce((sum, bar) => sum + bar, 0))).toBe(4)
  })

  it('lists only the agents of a chosen category', async () => {
    const panel = panelOf('operation', es.panels.agents.title)
    const answers = await ask(panel, { operation: ['ventas'], category: ['aux'] })
    const inAux = await ask(panelOf('operation', es.panels.byCategory.title), { operation: ['ventas'] })
    const [count] = inAux.get('aux')?.[0]?.values ?? []
    for (const [refId, series] of answers) expect(series, refId).toHaveLength(count ?? Number.NaN)
    for (const { labels } of answers.get('timeInState') ?? []) expect(labels.status).toMatch(/^aux\|/)
  })

  const linked = files.flatMap(({ language, dashboard }) =>
    dashboard.panels
      .filter(({ fieldConfig }) => JSON.stringify(fieldConfig.overrides).includes('"links"'))
      .map((panel) => ({ language, panel, title: panel.title })),
  )
  it.each(linked)('leads from each row of $title to its agent, in $language', async ({ language, panel }) => {
    const [frame] = configured(panel, await transformed(panel, tableFrames(await ask(panel, {}))))
    if (frame === undefined) throw new Error('the transformations leave no table')
    const found = Array.from({ length: frame.length }, (_, row) => linksOf(panel, frame, row)).flat()
    const operations = OPERATIONS.join('|')
    const wanted = new RegExp(
      String.raw`^/d/wolkvox-agent-${language}\?\$\{datasource:queryparam\}&\$\{__url_time_range\}&var-operation=(?:${operations})&var-agent=\d{4}$`,
    )
    expect(found.length).toBeGreaterThanOrEqual(frame.length)
    for (const link of found) expect(link).toMatch(wanted)
  })

  it.each(languageNames)('has the table of agents that is promised, in %s', async (language) => {
    const { dashboard } = fileOf('operation', language)
    const panel = dashboard.panels.find(({ type, gridPos }) => type === 'table' && gridPos.w === 24)
    if (panel === undefined) throw new Error('there is no table of agents')
    const askAlone = (expr: string) => askTarget(historian.url, { expr, instant: true }, {}, period)
    await checkAgentTable(panel, await ask(panel, {}), language, period.to, askAlone)
  })
})
