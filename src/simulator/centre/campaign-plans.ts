import type { CampaignPlan } from './campaign.ts'
import type { SkillPlan } from './skill.ts'
import { hour } from './time.ts'

interface Template {
  readonly id: string
  readonly name: string
  readonly skill: string
  readonly recordsPerAgent: number
  /** How long the list lasts if agents are always ready. */
  readonly hours: number
  readonly speed: number
  readonly recycles: boolean
  /** Unless the centre is calm, the campaign stays started after its list is finished. */
  readonly staysStarted: boolean
}

/** The invented campaigns. A centre without the skill of a campaign does not have the campaign. */
const templates: readonly Template[] = [
  {
    id: '32841',
    name: 'Renovaciones',
    skill: 'Ventas',
    recordsPerAgent: 26,
    hours: 9,
    speed: 3,
    recycles: false,
    staysStarted: false,
  },
  {
    id: '32842',
    name: 'Recordatorio de pago',
    skill: 'Cobranzas',
    recordsPerAgent: 22,
    hours: 6,
    speed: 3,
    recycles: true,
    staysStarted: false,
  },
  {
    id: '32843',
    name: 'Encuesta de satisfacción',
    skill: 'Soporte',
    recordsPerAgent: 16,
    hours: 5,
    speed: 2,
    recycles: false,
    staysStarted: true,
  },
  {
    id: '32844',
    name: 'Confirmación de citas',
    skill: 'Citas',
    recordsPerAgent: 30,
    hours: 8,
    speed: 3,
    recycles: false,
    staysStarted: false,
  },
]

const opensAt = 8 * hour
const closesAt = 20 * hour

/**
 * The campaigns of a centre.
 *
 * @param agentsOf the number of agents with the skill at this index
 */
export function defaultCampaignPlans(
  skills: readonly SkillPlan[],
  agentsOf: (skillIndex: number) => number,
  calm: boolean,
): readonly CampaignPlan[] {
  return templates.flatMap((template): readonly CampaignPlan[] => {
    const index = skills.findIndex(({ name }) => name === template.skill)
    const skill = skills[index]
    if (skill === undefined) return []
    const records = template.recordsPerAgent * Math.max(agentsOf(index), 1)
    return [
      {
        id: template.id,
        name: template.name,
        strategy: `Predictiva (${template.speed} por agente)`,
        skillId: skill.id,
        records,
        speed: template.speed,
        // A larger team needs relatively fewer agents in reserve. A team of up to three has none, or its list would stay.
        readyReserve: Math.floor(Math.sqrt(agentsOf(index)) / 2),
        callsPerMinute: records / (template.hours * 60),
        from: opensAt,
        to: closesAt,
        recycles: template.recycles,
        stopsWhenFinished: calm || !template.staysStarted,
        results: { answered: 0.3, noAnswer: 0.4, failed: 0.18, answeringMachine: 0.12 },
      },
    ]
  })
}
