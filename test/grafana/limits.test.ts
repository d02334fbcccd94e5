import { describe, expect, it } from 'vitest'
import { dashboards } from '../../grafana/dashboards.ts'
import { ThresholdOrderError } from '../../grafana/panels/thresholds.ts'
import { readLimits } from '../../grafana/read-limits.ts'

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
})
