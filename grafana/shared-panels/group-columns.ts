import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import type { Limits } from '../limits.ts'
import type { Column } from '../panels/table.ts'
import { stepList } from '../panels/values.ts'
import { ofEachGroup } from '../queries/groups.ts'
import { level, palette } from '../theme/colors.ts'
import { COUNT, colored, NO_VALUE, SHARE } from './cells.ts'
import { occupancySteps } from './limits.ts'

/** The columns of the table with one row per group of agents, from left to right. */
export function groupColumns({ groupColumns: headings, columns }: Texts, limits: Limits): readonly Column[] {
  const value = (key: keyof typeof ofEachGroup, properties: readonly DynamicConfigValue[]): Column => ({
    from: { ref: key, expr: ofEachGroup[key] },
    heading: headings[key],
    width: 110,
    properties,
  })
  return [
    { from: { label: 'group' }, heading: headings.group, width: 220 },
    { from: { label: 'operation' }, heading: columns.operation, width: 160 },
    value('loggedIn', COUNT),
    value('ready', COUNT),
    value('talk', COUNT),
    value('acw', COUNT),
    value('aux', COUNT),
    value('auxShare', [...SHARE, NO_VALUE, ...colored(stepList(palette.none, [limits.auxShare, level.bad]))]),
    value('occupancy', [...SHARE, NO_VALUE, ...colored(occupancySteps(limits))]),
  ]
}
