import { z } from 'zod'
import type { Labels } from '../../model/family.ts'
import { readPercentage, readText } from '../../wolkvox/values.ts'
import type { FieldValue, ReportParameters, RowSettings, Take } from '../report.ts'

/** One skill: a queue of calls. */
export interface Skill {
  readonly id: string
  /** Empty if there is none. */
  readonly name: string
  /** The share of calls answered in time, by the threshold in seconds. Thresholds without a value are absent. */
  readonly serviceLevels: Readonly<Record<string, number>>
}

/** The thresholds of every response, in seconds. wolkvox also sends `service_level_0seg`, which is always 0 %. */
export const usualThresholds: readonly number[] = [10, 20, 30]

const thresholdField = (seconds: number) => `service_level_${seconds}seg`

/** wolkvox's names of the fields with the service levels of every response. */
export const thresholdFields: readonly string[] = usualThresholds.map(thresholdField)

/** wolkvox's name of the field with the service level of the configured threshold, if there is one. */
export function requestedThresholdFields({ serviceLevelSeconds }: ReportParameters): readonly string[] {
  return serviceLevelSeconds === undefined ? [] : [thresholdField(serviceLevelSeconds)]
}

/** @returns the skill's id, or `undefined` if the record has no readable one */
export function skillKeyOf(value: FieldValue): string | undefined {
  const id = readText(value('skill_id'))
  return typeof id === 'string' ? id : undefined
}

/** Makes a reader of skills, with the thresholds of every response and the configured one. */
export function createSkillReader({ parameters: { serviceLevelSeconds } = {} }: RowSettings) {
  const thresholds = [...new Set([...usualThresholds, ...(serviceLevelSeconds ? [serviceLevelSeconds] : [])])]

  return (id: string, _value: FieldValue, take: Take): Skill => ({
    id,
    name: take('skill_name', readText) ?? '',
    serviceLevels: Object.fromEntries(
      thresholds.flatMap((seconds) => {
        const level = take(thresholdField(seconds), readPercentage)
        return level === undefined ? [] : [[String(seconds), level]]
      }),
    ),
  })
}

/** The labels that identify a skill. */
export function skillLabelsOf({ id, name }: Skill): Labels {
  return { skill_id: id, skill_name: name }
}

/** A skill as an earlier process has stored it. */
export const storedSkill: z.ZodType<Skill> = z.object({
  id: z.string().min(1),
  name: z.string(),
  serviceLevels: z.record(z.string().regex(/^\d+$/), z.number().nonnegative()),
})
