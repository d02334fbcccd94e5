import { describe, expect, it } from 'vitest'
import { dashboards } from '../../../grafana/dashboards.ts'
import { level } from '../../../grafana/look/palette.ts'
import { ThresholdOrderError } from '../../../grafana/panels/thresholds.ts'
import { LimitError, readLimits } from '../../../grafana/read-limits.ts'
import { es } from '../../../grafana/texts/es.ts'
import { readText } from '../../support/files.ts'

/** `rules/limits.yml` with further entries at its beginning. */
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
  it('are refused as colours where they would not rise', () => {
    const limits = { ...readLimits(), occupancyLow: 0.8 }
    expect(() => dashboards(limits)).toThrow(ThresholdOrderError)
  })

  it('are the dashboards’ colours and titles, in every language', () => {
    const made = dashboards({ ...readLimits(), auxShare: 0.41 })
    for (const { dashboard } of made.filter(({ name }) => name === 'operation')) {
      const text = JSON.stringify(dashboard.panels)
      expect(text).toMatch(/"value":0\.41\b/)
      expect(text).toMatch(/41\s?%/)
    }
  })

  it('of one operation are its own colours, wherever its entry is in the file', () => {
    const limits = readLimits(
      withEntries(
        ['vector(0.97)', 'limit: occupancy_high_ratio, operation: cobranza'],
        ['vector(0.5)', 'limit: quota_ratio, operation: ventas'],
        ['vector(0)', 'limit: nobody_ready_alert, operation: cobranza'],
      ),
    )
    const { ofOperations, ...general } = limits
    expect({ ...general, ofOperations: {} }).toEqual(readLimits())
    expect(ofOperations).toEqual({
      cobranza: { ...general, occupancyHigh: 0.97, nobodyReadyAlert: false },
      ventas: { ...general, quota: 0.5 },
    })
    const thresholdsOf = (name: string, title: string, operation: string) => {
      const made = dashboards(limits).find((one) => one.language === 'es' && one.name === name)
      const panel = made?.dashboard.panels?.find((one) => one.title === title)
      const { overrides = [] } =
        (panel as { fieldConfig?: { overrides?: readonly Override[] } }).fieldConfig ?? {}
      const own = overrides.find(({ matcher }) => matcher.id === 'byName' && matcher.options === operation)
      return own?.properties
        .find(({ id }) => id === 'thresholds')
        ?.value.steps.map(({ value, color }) => [value, color])
    }
    expect(thresholdsOf('operation', es.panels.occupancyNow.title, 'cobranza')).toContainEqual([
      0.97,
      level.bad,
    ])
    expect(thresholdsOf('operation', es.panels.occupancyNow.title, 'ventas')).toContainEqual([0.9, level.bad])
    expect(thresholdsOf('operation', es.panels.ready.title, 'cobranza')).toContainEqual([0, level.good])
    expect(thresholdsOf('exporter', es.panels.quotaSpent.title, 'ventas')).toContainEqual([0.5, level.watch])
  })

  it('are refused where they are no plain number, and say which', () => {
    const text = readText('rules/limits.yml').replace('vector(0.35)', 'scalar(up)')
    expect(() => readLimits(text)).toThrow(new LimitError('aux_ratio', 'scalar(up)'))
  })
})

interface Override {
  readonly matcher: { readonly id: string; readonly options: string }
  readonly properties: readonly {
    readonly id: string
    readonly value: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] }
  }[]
}
