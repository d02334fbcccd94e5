import { describe, expect, it } from 'vitest'
import { readText } from '../../support/files.ts'
import { files as dashboards } from '../grafana/dashboards.ts'
import { alerts, alertTests, expressionTests, limits, rules, seriesOfTests } from './files.ts'

describe.each(alerts)('the alert $name', ({ name, labels, annotations }) => {
  it('begins with the word that all have in common', () => {
    expect(name).toMatch(/^Wolkvox[A-Z][A-Za-z]+$/)
  })

  it('says how urgent it is', () => {
    expect(['critical', 'warning', 'info']).toContain(labels?.severity)
  })

  it('says in one sentence what is the matter, and in others how it is', () => {
    const summary = annotations?.summary?.replace(/\{\{.*?\}\}/g, '…')
    expect(summary).toMatch(/^[^.]+\.$/)
    expect(annotations?.description).toMatch(/\.$/)
  })

  it('leads to its part of the runbook', () => {
    const [path = '', anchor = ''] = annotations?.runbook_url?.split('#') ?? []
    const headings = [...readText(path).matchAll(/^### (.+)$/gm)].map(([, heading]) => heading?.toLowerCase())
    expect(headings).toContain(anchor)
    expect(anchor).toBe(name.toLowerCase())
  })

  it('leads to a dashboard, where what it is about is chosen', () => {
    const [path, choice = ''] = annotations?.dashboard_url?.replace(/\{\{.*?\}\}/g, '').split('?') ?? []
    const dashboard = dashboards.find(({ dashboard }) => `/d/${dashboard.uid}` === path)?.dashboard
    const variables = dashboard?.templating.list.map(({ name }) => `var-${name}`)
    const chosen = [...new URLSearchParams(choice).keys()]
    expect(chosen).not.toEqual([])
    expect(variables).toEqual(expect.arrayContaining(chosen))
  })

  it('is seen to fire, and not to fire in a near miss', () => {
    const expected = alertTests.filter(({ alertname }) => alertname === name)
    expect(expected.filter(({ exp_alerts = [] }) => exp_alerts.length > 0)).not.toEqual([])
    expect(expected.filter(({ exp_alerts = [] }) => exp_alerts.length === 0)).not.toEqual([])
  })
})

it('the runbook has a part for each alert, and for no other', () => {
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

  it('have every limit that an alert compares with, and no other', () => {
    const used = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/wolkvox_limit:effective\{limit="(\w+)"/g)].map(([, limit]) => limit),
    )
    expect(names).toEqual(new Set(used))
    const keys = limits.map(({ labels }) => `${labels?.limit} ${labels?.operation} ${labels?.state}`)
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
