import { readLimits } from '../../../grafana/limits.ts'
import { occupancyTarget } from '../../../grafana/shared-panels/limits.ts'

const numbers = { ...occupancyTarget, ...readLimits() }

/** The title of a panel: some contain limits. */
export const titleOf = ({ title }: { readonly title: string | ((of: typeof numbers) => string) }): string =>
  typeof title === 'string' ? title : title(numbers)
