import type { Field } from '@grafana/data'
import { expect } from 'vitest'
import { type Language, languages } from '../../../grafana/dashboards.ts'
import { level } from '../../../grafana/theme/colors.ts'
import type { Panel } from '../../../grafana/tools/dashboard-files.ts'
import { configured, headingOf, tableFrames, transformed } from '../../../grafana/tools/grafana-data.ts'
import type { QuerySeries } from '../../../grafana/tools/grafana-requests.ts'
import type { SkillRecords } from '../../../grafana/tools/history.ts'
import { busySkill, refreshedBefore } from '../../../grafana/tools/scenario.ts'
import { limitsOfAll } from '../../../tools/rule-files.ts'

const count = (text: string | undefined) => Number(text?.replaceAll(',', ''))
const ratio = (text: string | undefined) => Number(text?.replace(' %', '')) / 100

/**
 * Fails unless Grafana's own code makes the documented table: the columns in their order, one row for each skill of each
 * operation with the values that wolkvox sent, the most calls waiting first, and the difference to the target in its colour.
 */
export async function checkSkillTable(
  panel: Panel,
  answers: ReadonlyMap<string, readonly QuerySeries[]>,
  language: Language,
  now: number,
  records: SkillRecords,
): Promise<void> {
  const [made] = await transformed(panel, tableFrames(answers))
  const [frame] = configured(panel, made === undefined ? [] : [made])
  if (frame === undefined) throw new Error('the transformations return no table')

  const { skillColumns, columns } = languages[language]
  const { skill, waiting, serviceLevel, againstTarget, abandonment, answered, inbound } = skillColumns
  const numbers = [waiting, serviceLevel, againstTarget, abandonment, answered, inbound]
  expect(frame.fields.map((field) => headingOf(field, frame))).toEqual([
    skill,
    columns.operation,
    ...numbers,
    columns.id,
  ])
  const fieldOf = (heading: string) => frame.fields.find((one) => headingOf(one, frame) === heading) as Field
  const value = (heading: string, row: number) => fieldOf(heading).values[row] as unknown
  const rows = Array.from({ length: frame.length }, (_, row) => row)

  const found: string[] = []
  for (const row of rows) {
    const [operation, id] = [String(value(columns.operation, row)), String(value(columns.id, row))]
    found.push(`${operation} ${id}`)
    const record = records(operation, refreshedBefore(now))?.find(({ skill_id }) => skill_id === id)
    expect(value(skill, row)).toBe(record?.skill_name)
    const level = ratio(record?.[`service_level_${limitsOfAll.service_level_seconds}seg`])
    const [calls, abandoned] = [count(record?.stat_inbound), count(record?.stat_abandon)]
    const enough = calls >= (limitsOfAll.skill_calls ?? Number.NaN)
    expect(numbers.map((heading) => value(heading, row))).toEqual([
      count(record?.calls_in_queue_now),
      expect.closeTo(level),
      enough ? expect.closeTo(level - (limitsOfAll.service_level_ratio ?? Number.NaN)) : undefined,
      expect.closeTo(abandoned / calls),
      count(record?.stat_answer),
      calls,
    ])
  }
  expect(new Set(found).size).toBe(frame.length)

  const waits = rows.map((row) => Number(value(waiting, row)))
  expect(waits).toEqual(waits.toSorted((one, other) => other - one))
  for (const [row, next] of rows.slice(1).entries())
    if (waits[row] === waits[next] && value(againstTarget, next) !== undefined)
      expect(Number(value(againstTarget, row))).toBeLessThanOrEqual(Number(value(againstTarget, next)))

  // The skill that gets more calls than usual.
  const row = found.indexOf(`${busySkill.operation} ${busySkill.skillId}`)
  const difference = fieldOf(againstTarget)
  expect(difference.values[row]).toBeLessThan(0)
  expect(difference.display?.(difference.values[row]).color).toBe(level.bad)
}
