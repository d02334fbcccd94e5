import { agentsIn, withOnlyOperation } from './floor.ts'
import { ofSkill, once } from './selection.ts'
import { SKILL, SKILL_KEY, withSkill, withSkillAndOperation } from './skill-labels.ts'

// The queues. The report of agents does not say which agents serve which skill, so agents are those of the operation.

/** Skills in a graph at most: with more it is unreadable. */
export const MOST_SKILLS = 8

const each = (metric: string) => once(`${metric}{${ofSkill}}`, SKILL)

const waiting = each('wolkvox_skill_queued_calls')
const inbound = each('wolkvox_skill_inbound_calls')
const answered = each('wolkvox_skill_answered_calls')
const abandoned = each('wolkvox_skill_abandoned_calls')

/**
 * At the threshold that the limit `service_level_seconds` names; see `rules/skills.yml`. Before the first call it means nothing.
 */
const serviceLevel = `(${each('operation_skill:wolkvox_skill_service_level_today:ratio')} and ${inbound} > 0)`

/** A limit of each skill, from `rules/limits-effective.yml`. */
const limitOfSkill = (limit: string) =>
  once(`operation_skill:wolkvox_limit:effective{${ofSkill}, limit="${limit}"}`, SKILL_KEY)

/**
 * The service level less its target: negative below the target. As in the alert, skills with fewer calls today than the limit
 * `skill_calls` do not count: the share of a few calls says little.
 */
const againstTarget = `(${serviceLevel} - on (${SKILL_KEY}) group_left () ${limitOfSkill('service_level_ratio')} and on (${SKILL_KEY}) ${inbound} >= on (${SKILL_KEY}) group_left () ${limitOfSkill('skill_calls')})`

/** The skills, worst first: those with the most calls waiting, then those furthest below their target. */
export const worstFirst = withSkill(`sort_desc(${waiting} + (1 - ${againstTarget}) / 2 or ${waiting})`)

/** The columns of the table: one value per skill. */
export const ofEachSkill = {
  waiting: withSkill(waiting),
  serviceLevel: withSkill(serviceLevel),
  againstTarget: withSkill(againstTarget),
  abandonment: withSkill(`${abandoned} / (${inbound} > 0)`),
  inbound: withSkill(inbound),
  answered: withSkill(answered),
} as const

const sum = (expression: string) => `sum(${expression})`

export const waitingNow = sum(waiting)
export const inboundToday = sum(inbound)
export const answeredToday = sum(answered)

/** The skill with the most calls waiting; a single zero if no call waits. */
export const longestQueue = `${withSkillAndOperation(`topk(1, ${waiting} > 0)`)} or on () label_replace(0 * ${waitingNow}, "skill", "–", "", "")`

// wolkvox sends only ratios. Over several skills, inbound calls are the weight, as in `rules/skills.yml`.
export const serviceLevelToday = `${sum(`${serviceLevel} * ${inbound}`)} / (${sum(`${inbound} and ${serviceLevel}`)} > 0)`

/** The service level of the skill furthest below its target, with its name. */
export const worstSkill = withSkillAndOperation(
  `${serviceLevel} and on (${SKILL_KEY}) bottomk(1, ${againstTarget})`,
)

/** How many skills are below their target. Zero only if service levels and targets are known. */
export const belowTarget = `count(${againstTarget} < 0) or 0 * count(${limitOfSkill('service_level_ratio')} and on (${SKILL_KEY}) ${serviceLevel})`

const lately = (calls: 'inbound' | 'abandoned') =>
  each(`operation_skill:wolkvox_skill_${calls}_calls:increase`)

/** The share of the calls of the last hour whose callers gave up. */
export const abandonment = `${sum(`${lately('abandoned')} and ${lately('inbound')}`)} / (${sum(`${lately('inbound')} and ${lately('abandoned')}`)} > 0)`

// At the end of the time range. The window also covers the skills before an outage.
const atEnd = (metric: string, over = 'last_over_time', window = '6h') =>
  once(`${over}(${metric}{${ofSkill}}[${window}] @ end())`, SKILL)

const among = (measure: string, shown: string) =>
  withSkillAndOperation(`${measure} and on (${SKILL_KEY}) ${shown}`)

/** Calls waiting in each skill. Shows at most {@link MOST_SKILLS}: those with the most waiting over the time range. */
export const waitingOfEach = among(
  waiting,
  `topk(${MOST_SKILLS}, ${atEnd('wolkvox_skill_queued_calls', 'sum_over_time', '$__range')})`,
)

/** The service level of each skill. Shows at most {@link MOST_SKILLS}: the lowest. */
export const serviceLevelOfEach = among(
  serviceLevel,
  `bottomk(${MOST_SKILLS}, ${atEnd('operation_skill:wolkvox_skill_service_level_today:ratio')})`,
)

/** The share of the calls of the last hour whose callers gave up, by skill. Shows at most {@link MOST_SKILLS}: the highest. */
export const abandonmentOfEach = among(
  each('operation_skill:wolkvox_skill_abandoned:ratio'),
  `topk(${MOST_SKILLS}, ${atEnd('operation_skill:wolkvox_skill_abandoned:ratio')})`,
)

/**
 * Calls since the point before, or after a gap of up to an hour since the last point with data. The totals of the day fall back to
 * zero at night: then the query subtracts the lowest value since the point before. It does the same for a new skill.
 */
export function callsPerPoint(what: 'inbound' | 'answered' | 'abandoned'): string {
  const calls = `wolkvox_skill_${what}_calls{${ofSkill}}`
  const before = `last_over_time(${calls}[1h] offset $__interval)`
  const least = `min_over_time(${calls}[$__interval])`
  return sum(once(`${calls} - (${before} < ${least} or ${least})`, SKILL))
}

/** Agents who could take a waiting call, in the operations of the chosen skills. */
export const readyAgents = agentsIn('ready')

/** Adds the operation's name if only one operation has skills: its own limits may colour the value. */
export const withOnlyOperationOfSkills = (value: string): string =>
  withOnlyOperation(value, `wolkvox_skill_inbound_calls{${ofSkill}}`)
