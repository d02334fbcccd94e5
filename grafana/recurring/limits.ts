import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { AllLimits, Limits } from '../limits.ts'
import { level } from '../look/palette.ts'
import type { Series } from '../panels/time-series.ts'
import { once } from '../queries/once.ts'
import { limitOfEach } from '../queries/selection.ts'
import type { Texts } from '../texts/texts.ts'

/** A dashed line at the limit of each chosen operation. */
export const limitLine = (ref: string, limit: string, { series }: Texts): Series => ({
  ref,
  expr: once(limitOfEach(limit)),
  legend: series.limit,
  color: level.bad,
  dash: [12, 6],
})

/** The thresholds from the general limits, and those of each operation that has its own. */
export const thresholdsBy = (limits: AllLimits, thresholds: (limits: Limits) => ThresholdsConfigBuilder) => ({
  thresholds: thresholds(limits),
  ofOperations: Object.fromEntries(
    Object.entries(limits.ofOperations).map(([operation, own]) => [operation, thresholds(own)]),
  ),
})
