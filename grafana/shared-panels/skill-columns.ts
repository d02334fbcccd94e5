import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { skillPath } from '../layout/links.ts'
import type { Limits } from '../limits.ts'
import type { Column } from '../panels/table.ts'
import { stepList } from '../panels/values.ts'
import { WHICH } from '../queries/skill-labels.ts'
import { ofEachSkill } from '../queries/skills.ts'
import { level, palette } from '../theme/colors.ts'
import { COUNT, colored, NO_VALUE, SHARE } from './cells.ts'

/**
 * The columns of the table with one row per skill, from left to right. Each skill may have its own target, but a column has only
 * one set of thresholds: the colour is that of the difference.
 */
export function skillColumns(texts: Texts, limits: Limits): readonly Column[] {
  const { skillColumns: headings, columns, links, language } = texts
  const toTheSkill = {
    id: 'links',
    value: [{ title: links.skill, url: skillPath(language), targetBlank: false }],
  }
  const value = (key: keyof typeof ofEachSkill, width: number, properties: DynamicConfigValue[]): Column => ({
    from: { ref: key, expr: ofEachSkill[key] },
    heading: headings[key],
    width,
    properties,
  })
  return [
    { from: { label: WHICH }, heading: headings.skill, width: 150, properties: [toTheSkill] },
    { from: { label: 'operation' }, heading: columns.operation, width: 105 },
    value('waiting', 90, [...COUNT, ...colored(stepList(palette.none, [limits.waiting, level.watch]))]),
    value('serviceLevel', 95, [...SHARE, NO_VALUE]),
    // With a decimal: a red zero would be a riddle.
    value('againstTarget', 95, [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 1 },
      NO_VALUE,
      ...colored(stepList(level.bad, [0, palette.none])),
    ]),
    value('abandonment', 95, [
      ...SHARE,
      NO_VALUE,
      ...colored(stepList(palette.none, [limits.abandonment, level.bad])),
    ]),
    value('answered', 90, COUNT),
    value('inbound', 85, COUNT),
    { from: { label: 'skill_id' }, heading: columns.id, width: 65, properties: [toTheSkill] },
  ]
}
