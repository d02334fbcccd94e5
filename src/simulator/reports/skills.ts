import { formatPercentage, ratio } from '../centre/report.ts'
import type { SimulatedSkill } from '../centre/skill.ts'

/** A record of the skills, in the order of wolkvox's documentation. The last but one field is `service_level_{N}seg`. */
export type SkillRecord = Readonly<Record<string, string>>

/** The thresholds that wolkvox always reports, in seconds. */
const thresholds = [10, 20, 30] as const

/**
 * The records of the skills. `servicesTime` adds a threshold in seconds. Without it, or with one that is reported in any
 * case, wolkvox adds a field for 0 seconds, which is always zero.
 */
export function skillRecords(
  skills: readonly SimulatedSkill[],
  servicesTime: number | undefined,
): SkillRecord[] {
  return skills.map((skill) => skillRecord(skill, servicesTime))
}

function skillRecord(skill: SimulatedSkill, servicesTime: number | undefined): SkillRecord {
  const { plan, waiting, arrived, answered, abandoned } = skill
  const levels = thresholds.map((seconds) => [seconds, serviceLevel(skill, seconds)] as const)
  const isAdditional = servicesTime !== undefined && !levels.some(([seconds]) => seconds === servicesTime)
  const additional = isAdditional
    ? ([servicesTime, serviceLevel(skill, servicesTime)] as const)
    : ([0, formatPercentage(0)] as const)
  return {
    skill_id: plan.id,
    skill_name: plan.name,
    calls_in_queue_now: String(waiting),
    stat_inbound: String(arrived),
    stat_answer: String(answered),
    stat_abandon: String(abandoned),
    ...Object.fromEntries(
      [...levels, additional].map(([seconds, level]) => [`service_level_${seconds}seg`, level]),
    ),
    by_abandon: formatPercentage(ratio(abandoned, arrived)),
  }
}

/** The calls answered within `seconds`, as a share of the calls that no longer wait. */
function serviceLevel(skill: SimulatedSkill, seconds: number): string {
  return formatPercentage(ratio(skill.answeredWithin(seconds), skill.answered + skill.abandoned))
}
