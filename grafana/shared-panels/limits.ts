import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { AllLimits, Limits } from '../limits.ts'
import type { Series } from '../panels/time-series.ts'
import { stepList, steps } from '../panels/values.ts'
import { level, palette } from '../theme/colors.ts'

/** A dashed line at each limit that the query returns. */
export const limitLine = (ref: string, expr: string, legend: string): Series => ({
  ref,
  expr,
  legend,
  color: level.bad,
  dash: [12, 6],
})

/** Thresholds from the general limits, and from those of each operation that has its own. */
export const thresholdsBy = (limits: AllLimits, thresholds: (limits: Limits) => ThresholdsConfigBuilder) => ({
  thresholds: thresholds(limits),
  ofOperations: Object.fromEntries(
    Object.entries(limits.ofOperations).map(([operation, own]) => [operation, thresholds(own)]),
  ),
})

/** The target for occupancy, between the two limits of the alerts: above it is pressure, below it are too many agents. */
export const occupancyTarget = { from: 0.75, to: 0.85 } as const

/** Colours of one large number: within the target, and for each way to miss it. */
export const occupancyLevels = ({ occupancyLow, occupancyHigh }: Limits) =>
  steps(
    level.unknown,
    [0, palette.blue],
    [occupancyLow, level.watch],
    [occupancyTarget.from, level.good],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )

/** Colours of one large number: the service level against its target. */
export const serviceLevelLevels = ({ serviceLevel }: Limits) =>
  steps(level.unknown, [0, level.bad], [serviceLevel, level.good])

/** Colours of one large number: abandonment against its limit. */
export const abandonmentLevels = ({ abandonment }: Limits) =>
  steps(level.unknown, [0, level.good], [abandonment, level.bad])

/** The target as a band behind a graph. */
export const occupancyBand = steps(
  palette.none,
  [occupancyTarget.from, level.good],
  [occupancyTarget.to, palette.none],
)

/** Colours of table cells: only values that need attention have one. */
export const occupancySteps = ({ occupancyLow, occupancyHigh }: Limits) =>
  stepList(
    palette.none,
    [0, palette.blue],
    [occupancyLow, palette.none],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )
