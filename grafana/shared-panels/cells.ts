import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import { noNumber, type stepList } from '../panels/values.ts'

// How cells of tables look.

export const NO_VALUE = { id: 'mappings', value: [noNumber] }
export const CLOCK = [{ id: 'unit', value: 'dthms' }, NO_VALUE]
export const COUNT = [{ id: 'unit', value: 'none' }, { id: 'decimals', value: 0 }, NO_VALUE]

/** A percentage; without a mapping for missing values. */
export const SHARE = [
  { id: 'unit', value: 'percentunit' },
  { id: 'decimals', value: 0 },
]

export const filled: DynamicConfigValue = {
  id: 'custom.cellOptions',
  value: { type: 'color-background', mode: 'basic' },
}

export const colored = (steps: ReturnType<typeof stepList>): DynamicConfigValue[] => [
  filled,
  { id: 'color', value: { mode: 'thresholds' } },
  { id: 'thresholds', value: { mode: 'absolute', steps } },
]
