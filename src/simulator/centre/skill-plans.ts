import type { SkillPlan } from './skill.ts'
import { hour, minute } from './time.ts'

/** The invented skills. A centre with few agents has only the first ones. */
const plans = [
  {
    id: '2101',
    name: 'Ventas',
    weight: 5,
    talk: { median: 230, spread: 0.5 },
    meanPatience: 4 * minute,
    peaks: [
      { at: 11 * hour, width: 1.25 * hour, height: 0.15 },
      { at: 16 * hour, width: 1.5 * hour, height: 0.14 },
    ],
  },
  {
    id: '2102',
    name: 'Soporte',
    weight: 5,
    talk: { median: 240, spread: 0.5 },
    meanPatience: 6 * minute,
    peaks: [
      { at: 9.5 * hour, width: hour, height: 0.1 },
      { at: 11.5 * hour, width: hour, height: 0.1 },
      { at: 19 * hour, width: hour, height: 0.08 },
    ],
  },
  {
    id: '2103',
    name: 'Cobranzas',
    weight: 4,
    talk: { median: 180, spread: 0.5 },
    meanPatience: 3 * minute,
    peaks: [{ at: 10.75 * hour, width: 1.5 * hour, height: 0.14 }],
  },
  {
    id: '2104',
    name: 'Retención',
    weight: 3,
    talk: { median: 260, spread: 0.5 },
    meanPatience: 3 * minute,
    peaks: [{ at: 15.5 * hour, width: 2 * hour, height: 0.13 }],
  },
  {
    id: '2105',
    name: 'Facturación',
    weight: 3,
    talk: { median: 170, spread: 0.5 },
    meanPatience: 4 * minute,
    peaks: [{ at: 11 * hour, width: 1.25 * hour, height: 0.16 }],
  },
  {
    id: '2106',
    name: 'Reclamos',
    weight: 2,
    talk: { median: 250, spread: 0.5 },
    meanPatience: 5 * minute,
    peaks: [{ at: 14.5 * hour, width: 1.5 * hour, height: 0.12 }],
  },
  {
    id: '2107',
    name: 'Citas',
    weight: 2,
    talk: { median: 130, spread: 0.4 },
    meanPatience: 4 * minute,
    peaks: [{ at: 8.5 * hour, width: hour, height: 0.14 }],
  },
  {
    id: '2108',
    name: 'Información',
    weight: 2,
    talk: { median: 110, spread: 0.5 },
    meanPatience: 2.5 * minute,
    peaks: [
      { at: 11 * hour, width: 1.5 * hour, height: 0.12 },
      { at: 17 * hour, width: hour, height: 0.1 },
    ],
  },
] as const satisfies readonly SkillPlan[]

/** Above this number of agents, each agent specialises. In a smaller centre, everyone serves all skills. */
const smallCentre = 10

const maxSkillsPerAgent = 3

/** Four to eight skills, one more for every 40 agents; at most three in a small centre, none without agents. */
export function defaultSkillPlans(agents: number): readonly SkillPlan[] {
  if (agents <= smallCentre) return plans.slice(0, Math.min(agents, maxSkillsPerAgent))
  return plans.slice(0, Math.min(plans.length, 4 + Math.floor(agents / 40)))
}

/** Irrational and independent of the sequence that distributes agents over shifts. */
const sequenceStep = Math.SQRT2 - 1

/** The number of skills of agents by the last digit of their index: 40 % have one, 40 % two, 20 % three. */
const skillCounts = [1, 2, 1, 2, 3, 2, 1, 2, 1, 3] as const

/** The indexes of an agent's one to three skills; the main skill is the first. */
export function skillsOfAgent(
  agentIndex: number,
  agents: number,
  skillPlans: readonly SkillPlan[],
): readonly number[] {
  const all = skillPlans.map((_, index) => index)
  if (agents <= smallCentre && all.length <= maxSkillsPerAgent) return all
  const main = mainSkill((agentIndex * sequenceStep) % 1, skillPlans)
  const count = Math.min(skillCounts[agentIndex % skillCounts.length] ?? 1, all.length)
  return Array.from({ length: count }, (_, step) => (main + step) % all.length)
}

/** The skill at a position (0–1) if all weights are laid side by side. */
function mainSkill(position: number, skillPlans: readonly SkillPlan[]): number {
  let left = position * skillPlans.reduce((sum, { weight }) => sum + weight, 0)
  const index = skillPlans.findIndex(({ weight }) => {
    left -= weight
    return left < 0
  })
  return Math.max(index, 0)
}
