import type { Field } from '@grafana/data'
import { expect } from 'vitest'
import { type Language, languages } from '../../../grafana/dashboards.ts'
import { level, looks } from '../../../grafana/theme/colors.ts'
import type { Panel } from '../../../grafana/tools/dashboard-files.ts'
import { configured, headingOf, tableFrames, transformed } from '../../../grafana/tools/grafana-data.ts'
import type { QuerySeries } from '../../../grafana/tools/grafana-requests.ts'
import { absentAgent, refreshedBefore } from '../../../grafana/tools/scenario.ts'
import { limitsOfAll } from '../../../tools/rule-files.ts'

/** The columns from left to right: labels, and metrics with their format. */
const COLUMNS = [
  ['agent', 'string'],
  ['operation', 'string'],
  ['status', 'string'],
  ['timeInState', 'number'],
  ['limitShare', 'number'],
  ['aht', 'number', 'wolkvox_agent_aht_seconds', clock],
  ['occupancy', 'number', 'wolkvox_agent_occupancy_ratio', percent],
  ['calls', 'number', 'wolkvox_agent_calls', String],
  ['inbound', 'number', 'wolkvox_agent_inbound_calls', String],
  ['outbound', 'number', 'wolkvox_agent_outbound_calls', String],
  ['internal', 'number', 'wolkvox_agent_internal_calls', String],
  ['login', 'number', 'wolkvox_agent_login_seconds', clock],
  ['ready', 'number', 'wolkvox_agent_ready_seconds', clock],
  ['inboundTime', 'number', 'wolkvox_agent_inbound_seconds', clock],
  ['outboundTime', 'number', 'wolkvox_agent_outbound_seconds', clock],
  ['acw', 'number', 'wolkvox_agent_acw_seconds', clock],
  ['aux', 'number', 'wolkvox_agent_aux_seconds', clock],
  ['ring', 'number', 'wolkvox_agent_ring_seconds', clock],
  ['id', 'string'],
] as const

/**
 * Fails unless Grafana's own code makes the documented table: the columns in their order and with their types, under each heading
 * the metric that it names, and for the absent agent the row that a supervisor has to see.
 *
 * @param ask queries Prometheus directly, at the same moment
 */
export async function checkAgentTable(
  panel: Panel,
  answers: ReadonlyMap<string, readonly QuerySeries[]>,
  language: Language,
  now: number,
  ask: (expr: string) => Promise<readonly QuerySeries[]>,
): Promise<void> {
  const [made] = await transformed(panel, tableFrames(answers))
  const [frame] = configured(panel, made === undefined ? [] : [made])
  if (frame === undefined) throw new Error('the transformations return no table')

  const { columns } = languages[language]
  expect(frame.fields.map((field) => [headingOf(field, frame), field.type])).toEqual(
    COLUMNS.map(([key, type]) => [columns[key], type]),
  )

  const cell = (key: keyof typeof columns, row: number) => {
    const field = frame.fields.find((one) => headingOf(one, frame) === columns[key]) as Field
    return { raw: field.values[row] as unknown, displayed: shownBy(field, row) }
  }
  const rows = Array.from({ length: frame.length }, (_, row) => row)
  const keys = rows.map((row) => `${cell('operation', row).raw} ${cell('id', row).raw}`)
  expect(new Set(keys).size).toBe(frame.length)

  const row = keys.indexOf(`ventas ${absentAgent.agentId}`)
  const { aux_seconds: limit = 0 } = limitsOfAll
  expect(cell('status', row).displayed).toEqual({
    text: `❚❚ ${absentAgent.state}`,
    color: looks.aux.background,
  })
  const away = now - absentAgent.since
  expect(cell('timeInState', row)).toMatchObject({ raw: away, displayed: { text: clock(away) } })
  const share = (refreshedBefore(now) - absentAgent.since) / limit
  expect(cell('limitShare', row).raw).toBeCloseTo(share)
  expect(cell('limitShare', row).displayed).toEqual({ text: percent(share), color: level.bad })

  for (const [key, , metric, format] of COLUMNS) {
    if (metric === undefined) continue
    const [alone] = await ask(`${metric}{operation="ventas", agent_id="${absentAgent.agentId}"}`)
    const value = alone?.values[0] ?? Number.NaN
    expect(cell(key, row), key).toMatchObject({ raw: value, displayed: { text: format(value) } })
  }
}

function shownBy(field: Field, row: number) {
  const { text, suffix = '', color } = field.display?.(field.values[row]) ?? { text: '' }
  return { text: `${text}${suffix}`, color }
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19)
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}
