import { describe, expect, it } from 'vitest'
import { files as dashboards } from '../../../grafana/tools/dashboard-files.ts'
import { readText } from '../../../tools/files.ts'
import {
  alerts,
  alertTests,
  expressionTests,
  limits,
  rules,
  seriesOfTests,
} from '../../../tools/rule-files.ts'

/** The metric that an alert's value comes from, if it is of a report that some dashboards do not show. */
const subjects = /^\W*(?:\w+:)?(wolkvox_(?:skill|campaign|agent_network)_)/

describe.each(alerts)('the alert $name', ({ name, expr, labels, annotations }) => {
  it('has a name that starts with Wolkvox', () => {
    expect(name).toMatch(/^Wolkvox[A-Z][A-Za-z]+$/)
  })

  it('has a severity', () => {
    expect(['critical', 'warning', 'info']).toContain(labels?.severity)
  })

  it('has a summary of one sentence and a description', () => {
    const summary = annotations?.summary?.replace(/\{\{.*?\}\}/g, '…')
    expect(summary).toMatch(/^[^.]+\.$/)
    expect(annotations?.description).toMatch(/\.$/)
  })

  it('links to its section of the runbook', () => {
    const [path = '', anchor = ''] = annotations?.runbook_url?.split('#') ?? []
    const headings = [...readText(path).matchAll(/^### (.+)$/gm)].map(([, heading]) => heading?.toLowerCase())
    expect(headings).toContain(anchor)
    expect(anchor).toBe(name.toLowerCase())
  })

  it('links to a dashboard that shows what it is about, or to none', () => {
    const [path] = annotations?.dashboard_url?.split(/[?{]/) ?? []
    const [, subject = ''] = subjects.exec(expr) ?? []
    const showing = dashboards
      .filter(({ dashboard }) => JSON.stringify(dashboard.panels).includes(subject))
      .map(({ dashboard }) => `/d/${dashboard.uid}`)
    expect(showing.length > 0 ? showing : [undefined]).toContain(path)
  })

  it('has a test in which it fires and a near miss in which it does not', () => {
    const expected = alertTests.filter(({ alertname }) => alertname === name)
    expect(expected.filter(({ exp_alerts = [] }) => exp_alerts.length > 0)).not.toEqual([])
    expect(expected.filter(({ exp_alerts = [] }) => exp_alerts.length === 0)).not.toEqual([])
  })
})

it.each(
  alerts.flatMap(({ name, annotations }) =>
    annotations?.dashboard_url ? [[name, annotations.dashboard_url]] : [],
  ),
)('the alert %s links to a dashboard with variables that the dashboard has', (_name, url = '') => {
  const [path = '', choice = ''] = url.replace(/\{\{.*?\}\}/g, '').split('?')
  const dashboard = dashboards.find(({ dashboard }) => `/d/${dashboard.uid}` === path)?.dashboard
  const variables = dashboard?.templating.list.map(({ name }) => `var-${name}`)
  const chosen = [...new URLSearchParams(choice).keys()]
  expect(chosen).not.toEqual([])
  expect(variables).toEqual(expect.arrayContaining(chosen))
})

it('the runbook has a section for each alert and no other sections of this level', () => {
  const headings = [...readText('docs/runbook.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
  expect(headings.sort()).toEqual(alerts.map(({ name }) => name).sort())
})

describe('the recording rules', () => {
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []))

  it.each([...recorded].filter((name) => name !== 'wolkvox:limit'))('%s has a test with numbers', (name) => {
    const tested = expressionTests.map(({ expr }) => expr.replace(/\{.*/, ''))
    expect(tested).toContain(name)
  })

  const names = new Set(limits.map(({ labels }) => labels?.limit))

  it('have exactly the limits that the alerts use', () => {
    const used = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/wolkvox_limit:effective\{limit="(\w+)"/g)].map(([, limit]) => limit),
    )
    expect(names).toEqual(new Set(used))
    const keys = limits.map(
      ({ labels }) => `${labels?.limit} ${labels?.operation} ${labels?.state} ${labels?.skill_id}`,
    )
    expect(new Set(keys).size).toBe(limits.length)
  })

  it('have a bound for every limit', () => {
    const bounds = rules.filter(({ record }) => record === 'operation_limit:wolkvox_limit:bound')
    expect(bounds.map(({ labels }) => labels?.limit).sort()).toEqual([...names].sort())
  })

  it('have the bounds that the runbook names', () => {
    const rows = readText('docs/runbook.md').matchAll(/^\| ((?:`\w+`(?:, )?)+) \| [^|]+ \| ([\d.]+)/gm)
    const documented = [...rows].flatMap(([, limits = '', bound]) =>
      [...limits.matchAll(/\w+/g)].map(([limit]) => [limit, Number(bound)]),
    )
    const bounds = rules
      .filter(({ record }) => record === 'operation_limit:wolkvox_limit:bound')
      .map(({ labels, expr }) => [labels?.limit, Number.parseFloat(expr)])
    expect(documented.sort()).toEqual(bounds.sort())
  })

  it.each([...names])('have a test in which one operation has its own %s', (limit) => {
    const own = seriesOfTests.filter((series) =>
      series.startsWith(`wolkvox:limit{limit="${limit}", operation="`),
    )
    expect(own).not.toEqual([])
  })
})
