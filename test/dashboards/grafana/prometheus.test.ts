import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languageNames } from '../../../grafana/dashboards.ts'
import { es } from '../../../grafana/i18n/es.ts'
import type { Name } from '../../../grafana/layout/links.ts'
import { dataStates } from '../../../grafana/queries/data.ts'
import { fileOf, files, type Panel } from '../../../grafana/tools/dashboard-files.ts'
import { configured, linksOf, tableFrames, transformed } from '../../../grafana/tools/grafana-data.ts'
import {
  type Choice,
  queryPanel,
  queryTarget,
  queryVariable,
  queryVariables,
} from '../../../grafana/tools/grafana-requests.ts'
import { type HistoryServer, startHistoryServer } from '../../../grafana/tools/history-server.ts'
import {
  AGENTS,
  busySkill,
  refreshedBefore,
  SKILLS,
  simulatedOperations,
  TEAM_AGENTS,
  TEAMS,
  teamOf,
  timeRanges,
} from '../../../grafana/tools/scenario.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { checkAgentTable } from './agent-table.ts'
import { type Between, type Expectation, expectedOf } from './expected.ts'
import { expectedOfExporter } from './expected-exporter.ts'
import { expectedOfSkills } from './expected-skills.ts'
import { type SelectionCounts, shapes } from './shapes.ts'
import { checkSkillTable } from './skill-table.ts'
import { titleOf } from './titles.ts'

/** The operations with the report of agents. Their agents have the same ids. */
const OPERATIONS = ['ventas', 'soporte'] as const

const ALL_OPERATIONS = simulatedOperations.map(({ name }) => name)

/** An agent of each operation. */
const AGENT = '1006'

type Values = NonNullable<Choice['values']>

const choices: readonly (readonly [what: string, values: Values])[] = [
  ['nothing', {}],
  ['one operation', { operation: ['ventas'] }],
  ['the other operation', { operation: ['soporte'] }],
  ['both operations', { operation: OPERATIONS }],
  ['an agent', { operation: ['ventas'], agent: ['1001'] }],
  ['three agents of both', { agent: ['1001', '1002', '1005'] }],
  ['two groups', { group: TEAMS.slice(1, 3) }],
  ['a skill of both', { skill: ['2102'] }],
  ['two skills', { operation: ['ventas'], skill: ['2101', '2104'] }],
]

/** Only the exporter dashboard offers it. */
const withoutAgents: (typeof choices)[number] = ['an operation without agents', { operation: ['cobranza'] }]

/**
 * Until shortly before noon, three minutes after a refresh: recorded series are up to a minute behind the scrape that they come
 * from. Grafana's range queries use full minutes.
 */
const period = { from: timeRanges.today.from, to: timeRanges.today.to - 120 }

const countsOf = ({ operation = OPERATIONS, agent, group, skill }: Values): SelectionCounts => ({
  agents: operation.length * (agent?.length ?? (group === undefined ? AGENTS : group.length * TEAM_AGENTS)),
  // The agents who are in no group have a row too.
  groups: operation.length * (group?.length ?? TEAMS.length + 1),
  skills: operation.length * (skill?.length ?? SKILLS),
})

const panelOf = (name: Name, title: string) => {
  const panel = fileOf(name, 'es').dashboard.panels.find((one) => one.title === title)
  if (panel === undefined) throw new Error(`no panel ${title}`)
  return panel
}

const near = (value: number | Between): unknown =>
  typeof value === 'number'
    ? expect.closeTo(value, 3)
    : expect.toSatisfy((found: number) => found >= value[0] && found <= value[1])

/** The labels in the name of a series. */
const nameOf = (legend: string, labels: Readonly<Record<string, string>>) =>
  [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => labels[label] ?? '').join(' ')

/** The name of the series of a query: the display name that an override sets, or the legend. */
function nameFormat(panel: Panel, refId: string): string {
  const own = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === refId)
  const displayName = own?.properties.find(({ id }) => id === 'displayName')?.value
  if (typeof displayName === 'string') return displayName.replace(/\$\{__field\.labels\.(\w+)\}/g, '{{$1}}')
  return panel.targets.find((target) => target.refId === refId)?.legendFormat ?? ''
}

/** Panels that show only a value use the name for its colour. */
const showsNames = ({ options }: Panel) => options.textMode !== 'value'

/** Failures by reason or field: without failures, the query returns nothing. */
const ofFailures = (expr: string) => /^sum by \(report, \w+\) \(rate\(.* > 0$/.test(expr)

describe.skipIf(!haveTools('prometheus', 'promtool'))('with half a day in a real Prometheus', () => {
  let server: HistoryServer
  beforeAll(async () => {
    server = await startHistoryServer(simulatedOperations)
  }, 300_000)
  afterAll(() => server?.stop())

  const ask = (panel: Panel, values: Values) => queryPanel(server.url, panel, { ...period, values })

  describe.each(files)('$path', ({ name: dashboardName, dashboard }) => {
    const variables = dashboard.templating.list.map(({ name }) => name)
    const possible = [...choices, ...(dashboardName === 'exporter' ? [withoutAgents] : [])].filter(
      ([, values]) => Object.keys(values).every((name) => variables.includes(name)),
    )

    describe.each(possible)('with %s chosen', (_what, values) => {
      it.each(dashboard.panels)('returns data that panel $id, $title, can show as $type', async (panel) => {
        const answers = await ask(panel, values)
        for (const { refId, expr } of panel.targets)
          if (!ofFailures(expr)) expect(answers.get(refId), `the answer to query ${refId}`).not.toEqual([])
        const shape = shapes[panel.type]
        if (shape === undefined) throw new Error(`no check for panels of type ${panel.type}`)
        await shape(panel, answers, countsOf(values))
      })
    })

    it('returns data for every query if everything is chosen', async () => {
      for (const panel of dashboard.panels)
        for (const [refId, series] of await ask(panel, {})) {
          expect(series, `${panel.title}, query ${refId}`).not.toEqual([])
          const format = nameFormat(panel, refId)
          const names = series.map(({ labels }) => nameOf(format, labels))
          if (format.includes('{{') && showsNames(panel))
            expect(names, `legends of ${panel.title}`).not.toContain('')
          if (panel.type !== 'table' && panel.type !== 'state-timeline')
            expect(new Set(names).size, `legends of ${panel.title}`).toBe(names.length)
        }
    })

    it.each(queryVariables(dashboard))('offers the values of $name once', async (variable) => {
      const offered = await queryVariable(server.url, variable, period)
      const values = offered.map(({ value }) => value)
      expect(values).toEqual([...new Set(values)])
      const operations = dashboardName === 'exporter' ? ALL_OPERATIONS : OPERATIONS
      const wanted: Readonly<Record<string, number>> = {
        operation: operations.length,
        agent: AGENTS,
        group: TEAMS.length,
        skill: SKILLS,
      }
      expect(values).toHaveLength(wanted[variable.name] ?? 1)
      for (const { text } of offered) expect(text).not.toBe('')
    })

    it.each(dashboard.annotations.list)(
      'marks $name',
      async ({ expr = '', step, tagKeys, titleFormat, textFormat, useValueForTime }) => {
        const target = { expr, instant: false }
        const series = await queryTarget(server.url, target, { interval: '1m' }, period)
        expect(step).toBe('60s')
        expect(series).not.toEqual([])
        // An alert is marked while it fires, a start at the time in its value.
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

  /** Compares the last values of panels with what is expected. */
  async function check(expectations: readonly Expectation[], values: (dashboard: Name) => Values) {
    for (const { dashboard, panel: key, answers } of expectations) {
      const title = titleOf(es.panels[key])
      const panel = panelOf(dashboard, title)
      const found = await ask(panel, values(dashboard))
      for (const [refId, wanted] of Object.entries(answers)) {
        const format = showsNames(panel) ? nameFormat(panel, refId) : ''
        const named = Object.fromEntries(
          (found.get(refId) ?? []).map(({ labels, values }) => [nameOf(format, labels), values.at(-1)]),
        )
        const close = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, near(value)]))
        expect(named, `${dashboard}: ${title}, ${refId}`).toEqual(close)
      }
    }
  }

  describe.each([
    ['one operation', ['ventas'], ['ventas']],
    ['the other operation', ['soporte'], ['soporte']],
    ['both operations', OPERATIONS, OPERATIONS],
    ['nothing', undefined, OPERATIONS],
  ])('with %s chosen', (_what, operation, expectedOperations) => {
    it('shows in every panel about agents what the records of wolkvox add up to', async () => {
      await check(expectedOf(server.records, expectedOperations, AGENT, period.to), (dashboard) => ({
        ...(operation && { operation }),
        ...(dashboard === 'agent' && { agent: [AGENT] }),
      }))
    })
  })

  describe.each([
    ['nothing', {}],
    ['one operation', { operation: ['ventas'] }],
    ['the other operation', { operation: ['soporte'] }],
    ['a skill of both operations', { skill: ['2104'] }],
    ['a busy skill', { operation: [busySkill.operation], skill: [busySkill.skillId] }],
  ] as readonly (readonly [string, Values])[])('with %s chosen', (_what, values) => {
    it('shows in every panel about queues what the records of wolkvox add up to', async () => {
      const { operation = OPERATIONS, skill } = values
      await check(expectedOfSkills(server.skillRecords, operation, skill, period.to), () => values)
    })
  })

  describe.each([
    ['an operation that shares its account', ['ventas']],
    ['the other operation of that account', ['cobranza']],
    ['two operations of one account', ['ventas', 'cobranza']],
    ['an operation with its own account', ['soporte']],
    ['all operations', ALL_OPERATIONS],
  ])('with %s chosen', (_what, operation) => {
    it('counts each request once in the quota of its account, and each refresh once', async () => {
      await check(expectedOfExporter(server.records, operation, period.to), () => ({ operation }))
    })
  })

  it.each([
    ['09:04', 'while wolkvox does not answer', dataStates.failing],
    ['09:17', 'once the data is too old', dataStates.stale],
    ['09:24', 'when it is back', dataStates.fresh],
  ])('shows the state of the data at %s, %s', async (time, _when, state) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    const to = timeRanges.today.from + hours * 3600 + minutes * 60
    for (const panel of [
      panelOf('operation', es.panels.dataState.title),
      panelOf('queues', es.panels.skillsState.title),
    ]) {
      const answers = await queryPanel(server.url, panel, { ...period, to })
      expect(answers.get('A')?.[0]?.values).toEqual([state])
    }
  })

  it('counts the agent who does not come back from a break as over the limit', async () => {
    const answers = await ask(panelOf('operation', es.panels.overLimit.title), { operation: ['ventas'] })
    expect(answers.get('A')?.[0]?.values).toEqual([1])
  })

  it('counts no agents of an operation whose data is stale', async () => {
    const panel = panelOf('operation', es.panels.loggedIn.title)
    const to = timeRanges.today.from + 9 * 3600 + 17 * 60
    const answers = await queryPanel(server.url, panel, {
      from: period.from,
      to,
      values: { operation: ['soporte'] },
    })
    expect(answers.get('A')).toEqual([])
  })

  it('shows no values of skills whose data is stale, and does not lose their calls', async () => {
    const { panels } = fileOf('queues', 'es').dashboard
    const at = (hour: number, minute: number) => timeRanges.today.from + hour * 3600 + minute * 60
    const values = { operation: ['soporte'] }
    const agents = [es.panels.ready.title, es.panels.onCall.title]
    const ofSkills = panels.filter(
      ({ type, title }) => type === 'table' || (type === 'stat' && !agents.includes(title)),
    )
    for (const panel of ofSkills.slice(2))
      for (const [refId, series] of await queryPanel(server.url, panel, { ...period, to: at(9, 17), values }))
        expect(series, `${panel.title}, ${refId}`).toEqual([])

    const calls = panelOf('queues', es.panels.skillCalls.title)
    const arrived = await queryPanel(server.url, calls, { from: at(8, 0), to: at(10, 0), values })
    // The points after that at eight: scrapes are half a minute later than refreshes.
    const chartedCalls = arrived
      .get('A')?.[0]
      ?.values.slice(1)
      .reduce((sum, count) => sum + count, 0)
    const total = (time: number) =>
      (server.skillRecords('soporte', time) ?? []).reduce(
        (sum, { stat_inbound }) => sum + Number(stat_inbound),
        0,
      )
    expect(chartedCalls).toBe(total(at(9, 55)) - total(at(7, 55)))
  })

  it.each([
    ['operation', es.panels.calls.title],
    ['agent', es.panels.agentCalls.title],
  ] as const)('changes the calls on %s only when a refresh brings new data', async (name, title) => {
    // Twenty minutes contain four refreshes, or parts of five.
    const answers = await queryPanel(
      server.url,
      { ...panelOf(name, title), maxDataPoints: 300 },
      { from: period.to - 20 * 60, to: period.to },
    )
    const counts = answers.get('inbound')?.[0]?.values ?? []
    expect(counts).toHaveLength(21)
    const changes = counts.filter((count, index) => index > 0 && count !== counts[index - 1])
    expect(changes.length).toBeLessThanOrEqual(5)
  })

  it('interrupts the bands of states while there is no data', async () => {
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
    const total = (refId: string) =>
      Math.round(
        (answers.get(refId) ?? []).flatMap(({ values }) => values).reduce((sum, bar) => sum + bar, 0),
      )
    // Four refreshes of agents and four of skills.
    expect(total('B')).toBe(8)
    // Twelve an hour for agents and for skills of two operations, and one an hour for each token_info, in less than twelve hours.
    expect(total('A')).toBeGreaterThan(4 * 12 * 11 + 2 * 11)
    expect(total('A')).toBeLessThan(4 * 12 * 12 + 2 * 12)
  })

  it('lists only agents of the chosen category', async () => {
    const panel = panelOf('operation', es.panels.agents.title)
    const answers = await ask(panel, { operation: ['ventas'], category: ['aux'] })
    const inAux = await ask(panelOf('operation', es.panels.byCategory.title), { operation: ['ventas'] })
    const [count] = inAux.get('aux')?.[0]?.values ?? []
    for (const [refId, series] of answers) expect(series, refId).toHaveLength(count ?? Number.NaN)
    for (const { labels } of answers.get('timeInState') ?? []) expect(labels.status).toMatch(/^aux\|/)
  })

  it('counts the agents of each group, and those without one', async () => {
    const answers = await ask(panelOf('operation', es.panels.groups.title), { operation: ['ventas'] })
    const records = server.records('ventas', refreshedBefore(period.to)) ?? []
    const countOf = (states: RegExp) =>
      Object.fromEntries(
        [...TEAMS, undefined].map((team) => [
          team ?? '–',
          records.filter(
            ({ agent_id, agent_status }) => teamOf(agent_id) === team && states.test(agent_status),
          ).length,
        ]),
      )
    const lastValuesOf = (refId: string) =>
      Object.fromEntries(
        (answers.get(refId) ?? []).map(({ labels, values }) => [labels.group ?? '', values.at(-1)]),
      )
    expect(lastValuesOf('loggedIn')).toEqual(countOf(/^(?!Logout$)/))
    expect(lastValuesOf('ready')).toEqual(countOf(/^READY$/))
    expect(lastValuesOf('acw')).toEqual(countOf(/^ACW$/))
    const [aux, loggedIn] = [lastValuesOf('aux'), lastValuesOf('loggedIn')]
    for (const [group, share] of Object.entries(lastValuesOf('auxShare')))
      expect(share).toBeCloseTo((aux[group] ?? 0) / (loggedIn[group] ?? 0))
    for (const ratio of Object.values(lastValuesOf('occupancy'))) expect(ratio).toBeLessThanOrEqual(1)
  })

  it('lists only agents of the chosen groups', async () => {
    const panel = panelOf('operation', es.panels.agents.title)
    const answers = await ask(panel, { operation: ['ventas'], group: [TEAMS[1]] })
    // Every agent has a time in its state. Some other values are missing for agents who are not logged in today.
    expect(answers.get('timeInState')).toHaveLength(TEAM_AGENTS)
    for (const [refId, series] of answers) {
      const teams = new Set(series.map(({ labels }) => teamOf(labels.agent_id ?? '')))
      expect(teams, refId).toEqual(new Set([TEAMS[1]]))
    }
  })

  const linked = files.flatMap(({ language, dashboard }) =>
    dashboard.panels
      .filter(({ fieldConfig }) => JSON.stringify(fieldConfig.overrides).includes('"links"'))
      .map((panel) => ({ language, panel, title: panel.title })),
  )
  it.each(linked)(
    'links each row of $title to its agent or skill, in $language',
    async ({ language, panel }) => {
      const [frame] = configured(panel, await transformed(panel, tableFrames(await ask(panel, {}))))
      if (frame === undefined) throw new Error('the transformations return no table')
      const found = Array.from({ length: frame.length }, (_, row) => linksOf(panel, frame, row)).flat()
      const operations = OPERATIONS.join('|')
      const [name, id] = panel.targets[0]?.expr.includes('wolkvox_skill_')
        ? ['queues', String.raw`var-skill=\d{4}`]
        : ['agent', String.raw`var-agent=\d{4}`]
      const wanted = new RegExp(
        String.raw`^/d/wolkvox-${name}-${language}\?\$\{datasource:queryparam\}&\$\{__url_time_range\}&var-operation=(?:${operations})&${id}$`,
      )
      expect(found.length).toBeGreaterThanOrEqual(frame.length)
      for (const link of found) expect(link).toMatch(wanted)
    },
  )

  it.each(languageNames)('shows the documented table of skills, in %s', async (language) => {
    const { dashboard } = fileOf('queues', language)
    const panel = dashboard.panels.find(({ type }) => type === 'table')
    if (panel === undefined) throw new Error('no table of skills')
    await checkSkillTable(panel, await ask(panel, {}), language, period.to, server.skillRecords)
  })

  it.each(languageNames)('shows the documented table of agents, in %s', async (language) => {
    const { dashboard } = fileOf('operation', language)
    const panel = dashboard.panels.find(({ type, gridPos }) => type === 'table' && gridPos.w === 24)
    if (panel === undefined) throw new Error('no table of agents')
    const askAlone = (expr: string) => queryTarget(server.url, { expr, instant: true }, {}, period)
    await checkAgentTable(panel, await ask(panel, {}), language, period.to, askAlone)
  })
})
