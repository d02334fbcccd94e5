import { describe, expect, it } from 'vitest'
import { dashboards } from '../../../grafana/dashboards.ts'
import { es } from '../../../grafana/i18n/es.ts'
import { type AllLimits, LimitError, readLimits } from '../../../grafana/limits.ts'
import { ThresholdOrderError } from '../../../grafana/panels/values.ts'
import { level } from '../../../grafana/theme/colors.ts'
import type { Dashboard, Panel } from '../../../grafana/tools/dashboard-files.ts'
import { configured, displayNameOf, seriesFrames } from '../../../grafana/tools/grafana-data.ts'
import { readText } from '../../../tools/files.ts'

/** `rules/limits.yml` with more entries at its beginning. */
const withEntries = (...entries: readonly (readonly [expr: string, labels: string])[]) =>
  readText('rules/limits.yml').replace(
    /^ +rules:\n/m,
    (rules) =>
      rules +
      entries
        .map(
          ([expr, labels]) => `      - { record: 'wolkvox:limit', expr: ${expr}, labels: { ${labels} } }\n`,
        )
        .join(''),
  )

describe('the limits of the alerts', () => {
  it('are rejected if they are not in ascending order', () => {
    const limits = { ...readLimits(), occupancyLow: 0.8 }
    expect(() => dashboards(limits)).toThrow(ThresholdOrderError)
  })

  it('set colours and titles of the dashboards, in every language', () => {
    const made = dashboards({ ...readLimits(), auxShare: 0.41 })
    for (const { dashboard } of made.filter(({ name }) => name === 'operation')) {
      const text = JSON.stringify(dashboard.panels)
      expect(text).toMatch(/"value":0\.41\b/)
      expect(text).toMatch(/41\s?%/)
    }
  })

  it('set the colours of one operation, wherever its entry is in the file', () => {
    const limits = readLimits(
      withEntries(
        ['vector(0.97)', 'limit: occupancy_high_ratio, operation: cobranza'],
        ['vector(0.5)', 'limit: quota_ratio, operation: ventas'],
        ['vector(0)', 'limit: no_agent_ready_alert, operation: cobranza'],
        ['vector(0.7)', 'limit: service_level_ratio, operation: cobranza'],
        ['vector(0.95)', 'limit: service_level_ratio, skill_id: "812"'],
      ),
    )
    const { ofOperations, ...general } = limits
    expect({ ...general, ofOperations: {} }).toEqual(readLimits())
    expect(ofOperations).toEqual({
      cobranza: { ...general, occupancyHigh: 0.97, noAgentReadyAlert: false, serviceLevel: 0.7 },
      ventas: { ...general, quota: 0.5 },
    })
    const thresholdsOf = (name: string, title: string, operation: string) => {
      const { overrides } = panelOf(limits, name, title).fieldConfig
      const own = overrides.find(({ matcher }) => matcher.id === 'byName' && matcher.options === operation)
      const thresholds = own?.properties.find(({ id }) => id === 'thresholds')?.value
      return hasSteps(thresholds) ? thresholds.steps.map(({ value, color }) => [value, color]) : []
    }
    expect(thresholdsOf('operation', es.panels.occupancyNow.title, 'cobranza')).toContainEqual([
      0.97,
      level.bad,
    ])
    expect(thresholdsOf('operation', es.panels.occupancyNow.title, 'ventas')).toContainEqual([0.9, level.bad])
    expect(thresholdsOf('operation', es.panels.ready.title, 'cobranza')).toContainEqual([0, level.good])
    expect(thresholdsOf('queues', es.panels.serviceLevelToday.title, 'cobranza')).toContainEqual([
      0.7,
      level.good,
    ])
    expect(thresholdsOf('exporter', es.panels.quotaUsed.title, 'ventas')).toContainEqual([0.5, level.watch])
  })

  it('set the colour of an account by the operation whose limit applies, under the name of the account', () => {
    const limits = readLimits(withEntries(['vector(0.5)', 'limit: quota_ratio, operation: ventas']))
    const panel = panelOf(limits, 'exporter', es.panels.quotaUsed.title)
    const nameAndColorOf = (operation: string) => {
      const labels = { account: '0042', operation }
      const [target] = panel.targets
      const legend = target?.legendFormat ?? ''
      const frames = seriesFrames('A', legend, [{ labels, times: [0], values: [0.6] }])
      const field = configured(panel, frames)[0]?.fields[1]
      if (field === undefined) throw new Error('no field')
      return { name: displayNameOf(field), color: field.display?.(0.6).color }
    }
    expect(nameAndColorOf('ventas')).toEqual({ name: '0042', color: level.watch })
    expect(nameAndColorOf('soporte')).toEqual({ name: '0042', color: level.good })
  })

  it('are rejected with their name if they are not a plain number', () => {
    const text = readText('rules/limits.yml').replace('vector(0.35)', 'scalar(up)')
    expect(() => readLimits(text)).toThrow(new LimitError('aux_ratio', 'scalar(up)'))
  })
})

/** A panel of a Spanish dashboard with these limits, as Grafana reads it. */
function panelOf(limits: AllLimits, name: string, panelTitle: string): Panel {
  const made = dashboards(limits).find((one) => one.language === 'es' && one.name === name)
  const { panels }: Dashboard = JSON.parse(JSON.stringify(made?.dashboard))
  const panel = panels.find(({ title }) => title === panelTitle)
  if (panel === undefined) throw new Error(`no panel ${panelTitle}`)
  return panel
}

interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[]
}

const hasSteps = (value: unknown): value is Thresholds =>
  typeof value === 'object' && value !== null && 'steps' in value && Array.isArray(value.steps)
