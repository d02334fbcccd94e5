import type { SkillRecords } from '../../../grafana/tools/history.ts'
import { HOUR_S, refreshedBefore } from '../../../grafana/tools/scenario.ts'
import type { SkillRecord } from '../../../src/simulator/reports/skills.ts'
import { limitsOfAll } from '../../../tools/rule-files.ts'
import type { Answer, Expectation } from './expected.ts'

/** More skills do not fit into a graph. */
const MOST = 8

/** The interval of the graph of calls. */
const STEP_S = 900

/** Scrapes come half a minute after the full minutes. */
const PHASE_S = 30

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0)

/** Reads a count or a percentage. */
const numberIn = (record: SkillRecord | undefined, field: string): number => {
  const text = record?.[field] ?? ''
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text.replaceAll(',', ''))
}

/**
 * What the panels of the dashboard about queues must show at a moment, computed from the records of wolkvox with plain sums.
 *
 * @param operations chosen operations
 * @param chosen ids of the chosen skills; `undefined` means all
 */
export function expectedOfSkills(
  records: SkillRecords,
  operations: readonly string[],
  chosen: readonly string[] | undefined,
  now: number,
): readonly Expectation[] {
  const skills = operations.flatMap((operation) =>
    (records(operation, refreshedBefore(now)) ?? [])
      .filter(({ skill_id = '' }) => chosen?.includes(skill_id) ?? true)
      .map((record) => ({ operation, record, name: `${record.skill_name} · ${operation}` })),
  )
  type Skill = (typeof skills)[number]
  const at = (time: number, { operation, record: { skill_id } }: Skill) =>
    records(operation, refreshedBefore(time))?.find((one) => one.skill_id === skill_id)
  const growth = (field: string, from: number, until: number) => (skill: Skill) =>
    numberIn(at(until, skill), field) - numberIn(at(from, skill), field)
  const number =
    (field: string) =>
    ({ record }: Skill) =>
      numberIn(record, field)
  const total = (measure: (skill: Skill) => number) => sum(skills.map(measure))
  const each = (measure: (skill: Skill) => number): Answer =>
    Object.fromEntries(skills.map((skill) => [skill.name, measure(skill)]))
  const limits = (limit: string): Answer =>
    Object.fromEntries(operations.map((operation) => [operation, limitsOfAll[limit] ?? Number.NaN]))

  const { service_level_ratio: target = Number.NaN, skill_calls: least = Number.NaN } = limitsOfAll
  const [waiting, inbound] = [number('calls_in_queue_now'), number('stat_inbound')]
  const level = number(`service_level_${limitsOfAll.service_level_seconds}seg`)
  const known = skills.filter((skill) => inbound(skill) >= least)
  const worst = Math.min(...known.map(level))
  const [lowest, ...asLow] = known.filter((skill) => level(skill) === worst)
  const longest = Math.max(...skills.map(waiting))
  const [first, ...asLong] = skills.filter((skill) => waiting(skill) === longest)
  const [since, lastStep] = [now - HOUR_S + PHASE_S, Math.floor(now / STEP_S) * STEP_S - PHASE_S]
  const [gaveUp, arrived] = (['stat_abandon', 'stat_inbound'] as const).map((field) =>
    growth(field, since, now),
  ) as [(skill: Skill) => number, (skill: Skill) => number]
  const perStep = (field: string) => ({ '': total(growth(field, lastStep - STEP_S, lastStep)) })

  const queues = (panel: Expectation['panel'], answers: Expectation['answers']): Expectation => ({
    dashboard: 'queues',
    panel,
    answers,
  })
  const graphs = [
    queues('waitingOfEach', { A: each(waiting) }),
    queues('serviceLevel', { A: each(level), B: limits('service_level_ratio') }),
    queues('abandonment', {
      A: each((skill) => gaveUp(skill) / arrived(skill)),
      B: limits('abandoned_ratio'),
    }),
  ]
  return [
    queues('skillsState', { A: { '': 0 } }),
    queues('waiting', { A: { '': total(waiting) } }),
    queues('serviceLevelToday', {
      A: { '': total((skill) => level(skill) * inbound(skill)) / total(inbound) },
    }),
    queues('belowTarget', { A: { '': known.filter((skill) => level(skill) < target).length } }),
    queues('abandonmentNow', { A: { '': total(gaveUp) / total(arrived) } }),
    queues('inboundToday', { A: { '': total(inbound) } }),
    queues('answeredToday', { A: { '': total(number('stat_answer')) } }),
    queues('skillCalls', {
      A: perStep('stat_inbound'),
      B: perStep('stat_answer'),
      C: perStep('stat_abandon'),
    }),
    queues('readyAgainstWaiting', { B: { '': total(waiting) } }),
    // Of equal skills, Prometheus may choose any.
    ...(lowest !== undefined && asLow.length === 0
      ? [queues('worstSkill', { A: { [lowest.name]: worst } })]
      : []),
    ...(first !== undefined && asLong.length === 0 && longest > 0
      ? [queues('longestQueue', { A: { [first.name]: longest } })]
      : []),
    ...(skills.length <= MOST ? graphs : []),
  ]
}
