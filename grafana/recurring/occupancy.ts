import type { Limits } from '../limits.ts'
import { level, palette } from '../look/palette.ts'
import { stepList, steps } from '../panels/thresholds.ts'

/**
 * The occupancy to aim for, between the two limits of the alerts: above it there is pressure, below it there are more agents
 * than calls.
 */
export const occupancyTarget = { from: 0.75, to: 0.85 } as const

/** Of one large number: good within the target, and a colour for each way in which it is not. */
export const occupancyLevels = ({ occupancyLow, occupancyHigh }: Limits) =>
  steps(
    level.unknown,
    [0, palette.blue],
    [occupancyLow, level.watch],
    [occupancyTarget.from, level.good],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )

/** Behind a graph: the target. */
export const occupancyBand = steps(
  palette.none,
  [occupancyTarget.from, level.good],
  [occupancyTarget.to, palette.none],
)

/** Of cells among many: only what asks for attention has a colour. */
export const occupancySteps = ({ occupancyLow, occupancyHigh }: Limits) =>
  stepList(
    palette.none,
    [0, palette.blue],
    [occupancyLow, palette.none],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )
