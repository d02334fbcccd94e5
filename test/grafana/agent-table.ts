import type { DataFrame, Field } from '@grafana/data'
import { expect } from 'vitest'
import { type Language, languages } from '../../grafana/dashboards.ts'
import { level, palette } from '../../grafana/palette.ts'
import type { Answered } from './asking.ts'
import type { Panel } from './dashboards.ts'
import { configured, headingOf, tableFrames, transformed } from './frames.ts'
import { grafana } from './grafana-data.ts'
import { absentee } from './history.ts'

/** What stands in the table, from left to right. */
const PROMISED = [
  ['agent', 'string'],
  ['status', 'string'],
  ['timeInState', 'number'],
  ['limitShare', 'number'],
  ['aht', 'number'],
  ['occupancy', 'number'],
  ['calls', 'number'],
  ['inbound', 'number'],
  ['outbound', 'number'],
  ['internal', 'number'],
  ['login', 'number'],
  ['ready', 'number'],
  ['inboundTime', 'number'],
  ['outboundTime', 'number'],
  ['acw', 'number'],
  ['aux', 'number'],
  ['ring', 'number'],
  ['id', 'string'],
  ['operation', 'string'],
] as const

/**
 * Fails unless Grafana's own code makes the promised table of the answers: the columns in their order, with their types, and
 * of the one who does not come back from a break the row that a supervisor has to see.
 */
export async function checkAgentTable(
  panel: Panel,
  answers: ReadonlyMap<string, readonly Answered[]>,
  language: Language,
  now: number,
): Promise<void> {
  const [made] = await transformed(panel, tableFrames(answers))
  const [frame] = configured(panel, made === undefined ? [] : [made])
  if (frame === undefined) throw new Error('the transformations leave no table')

  const { columns } = languages[language]
  expect(frame.fields.map((field) => [headingOf(field, frame), field.type])).toEqual(
    PROMISED.map(([key, type]) => [columns[key], type]),
  )

  const cell = (key: keyof typeof columns, row: number) => {
    const field = frame.fields.find((one) => headingOf(one, frame) === columns[key]) as Field
    return { raw: field.values[row] as unknown, shown: shownBy(field, row) }
  }
  const rows = Array.from({ length: frame.length }, (_, row) => row)
  const keys = rows.map((row) => `${cell('operation', row).raw} ${cell('id', row).raw}`)
  expect(new Set(keys).size).toBe(frame.length)

  const row = keys.indexOf(`ventas ${absentee.agentId}`)
  expect(cell('status', row).shown).toEqual({ text: `❚❚ ${absentee.state}`, color: palette.orange })
  const away = now - absentee.since
  expect(cell('timeInState', row)).toMatchObject({ raw: away, shown: { text: clock(away) } })
  expect(cell('limitShare', row).raw).toBeCloseTo(away / 1200)
  expect(cell('limitShare', row).shown).toEqual({ text: '285%', color: level.bad })
  expect(linkOf(frame, row, panel)).toContain(`var-operation=ventas&var-agent=${absentee.agentId}`)
  expect(cell('calls', row).shown.text).toMatch(/^\d+$/)
}

function shownBy(field: Field, row: number) {
  const { text, suffix = '', color } = field.display?.(field.values[row]) ?? { text: '' }
  return { text: `${text}${suffix}`, color }
}

const clock = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 19)

/** Where a click on the name leads, its fields filled in as Grafana fills them. */
function linkOf(frame: DataFrame, row: number, panel: Panel): string {
  const properties = panel.fieldConfig.overrides[0]?.properties ?? []
  const links = properties.find(({ id }) => id === 'links')?.value as { readonly url: string }[] | undefined
  const fields = grafana.getFieldDisplayValuesProxy({ frame, rowIndex: row }) as Record<string, unknown>
  return (links?.[0]?.url ?? '').replace(/\$\{__data\.fields\.(\w+)\}/g, (_, name: string) =>
    String(fields[name]),
  )
}
