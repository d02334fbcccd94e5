import { createAgents, type SimulatedAgent } from './agent.ts'
import { type Behaviour, behaviour as defaultBehaviour } from './behaviour.ts'
import { CallDistributor, type CallEvent } from './call-distributor.ts'
import { type CampaignPlan, SimulatedCampaign } from './campaign.ts'
import { defaultCampaignPlans } from './campaign-plans.ts'
import { Conversations, chatPlan, interactionPlan } from './conversations.ts'
import { type Demand, demandFor, nextArrival } from './demand.ts'
import { Dialer } from './dialer.ts'
import { Network } from './network.ts'
import { EventQueue } from './queues.ts'
import { deriveSeed, type Random, seededRandom } from './random.ts'
import { planShift, type Shift } from './shifts.ts'
import { SimulatedSkill, type SkillPlan } from './skill.ts'
import { defaultSkillPlans, skillsOfAgent } from './skill-plans.ts'
import { day, dayOf } from './time.ts'

/** What determines a centre. */
export interface CentreOptions {
  readonly agents: number
  /** An integer: the seed of all random events. */
  readonly seed: number
  /** Default: a number of skills that suits the number of agents. */
  readonly skills?: readonly SkillPlan[]
  /** Default: some for the default skills. */
  readonly campaigns?: readonly CampaignPlan[]
  /**
   * Leaves out the incidents: no peaks of calls, no bad hour of the network, no campaign that stays started with a finished
   * list.
   */
  readonly calm?: boolean
  readonly behaviour?: Behaviour
  /** Learns of each inbound call. */
  readonly onCallEvent?: (event: CallEvent) => void
}

/** The calls of a skill that arrive today. */
interface Arrivals {
  readonly skill: SimulatedSkill
  demand: Demand
  factor: number
  /** Changes whenever the next arrival is drawn again, so that the one drawn before is not received. */
  draw: number
}

/**
 * A simulated contact centre, from midnight of day 0. Its events depend only on the options, not on the steps of
 * `advanceTo`.
 */
export class Centre {
  readonly agents: readonly SimulatedAgent[]
  readonly skills: readonly SimulatedSkill[]
  readonly campaigns: readonly SimulatedCampaign[]
  readonly chats: Conversations
  readonly interactions: Conversations
  readonly network: Network
  readonly #events = new EventQueue()
  readonly #random: Random
  readonly #distributor: CallDistributor
  readonly #skillIndexes: readonly (readonly number[])[]
  readonly #arrivals: readonly Arrivals[]

  readonly #calm: boolean

  constructor(options: CentreOptions) {
    this.#calm = options.calm ?? false
    const { agents, seed, calm = false, behaviour = defaultBehaviour, onCallEvent } = options
    const plans = options.skills ?? defaultSkillPlans(agents)
    const skillIndexes = Array.from({ length: agents }, (_, index) => skillsOfAgent(index, agents, plans))
    const agentsOf = (skill: number) => skillIndexes.filter((indexes) => indexes.includes(skill)).length
    this.agents = createAgents(agents)
    this.skills = plans.map((plan) => new SimulatedSkill(plan))
    this.#skillIndexes = skillIndexes
    this.#arrivals = this.skills.map((skill) => ({ skill, demand: noDemand, factor: 1, draw: 0 }))
    this.#random = seededRandom(seed)
    this.network = new Network(seed, calm)
    this.chats = new Conversations(this.#events, seededRandom(deriveSeed(seed, 5)), chatPlan)
    this.interactions = new Conversations(this.#events, seededRandom(deriveSeed(seed, 6)), interactionPlan)
    const indexOf = new Map(this.agents.map((agent, index) => [agent, index]))
    this.#distributor = new CallDistributor(this.#events, this.#random, behaviour, this.skills, {
      onCallEvent,
      onLogin: (agent) => {
        const index = indexOf.get(agent) ?? 0
        this.chats.startSession(agent, index)
        this.interactions.startSession(agent, index)
      },
      onLogout: (agent) => {
        this.chats.endSession(agent)
        this.interactions.endSession(agent)
      },
    })
    this.#events.schedule(0, () => this.#startDay())
    const campaignPlans = options.campaigns ?? defaultCampaignPlans(plans, agentsOf, calm)
    this.campaigns = campaignPlans.map((plan) => this.#startCampaign(plan))
  }

  /** The simulated time, in whole seconds since midnight of day 0. */
  get now(): number {
    return this.#events.now
  }

  /** Simulates up to `second`, an integer since midnight of day 0. Does nothing if `second` is in the past. */
  advanceTo(second: number): void {
    this.#events.runUntil(second)
  }

  /** The skills of the agent at this index; the main skill is the first. */
  skillsOf(agentIndex: number): readonly SimulatedSkill[] {
    return (this.#skillIndexes[agentIndex] ?? []).flatMap((index) => this.skills[index] ?? [])
  }

  /** The agents with this skill who are ready now. */
  readyAgents(skill: SimulatedSkill): number {
    return this.#distributor.readyAgents(skill)
  }

  /** Multiplies the calls of a skill by `factor` from now on. Throws a RangeError if the skill does not exist. */
  setDemandFactor(skillId: string, factor: number): void {
    const arrivals = this.#arrivals.find(({ skill }) => skill.plan.id === skillId)
    if (arrivals === undefined) throw new RangeError(`unknown skill: ${skillId}`)
    arrivals.factor = factor
    this.#restartArrivals(arrivals)
  }

  #startCampaign(plan: CampaignPlan): SimulatedCampaign {
    const skill = this.skills.find((candidate) => candidate.plan.id === plan.skillId)
    if (skill === undefined) throw new RangeError(`campaign ${plan.id}: unknown skill ${plan.skillId}`)
    const campaign = new SimulatedCampaign(plan)
    const dialer = new Dialer(this.#events, this.#random, this.#distributor)
    this.#events.schedule(0, () => dialer.run(campaign, skill))
    return campaign
  }

  #startDay(): void {
    const midnight = this.#events.now
    for (const agent of this.agents) agent.startNewDay(midnight)
    for (const skill of this.skills) skill.startNewDay()
    for (const campaign of this.campaigns) campaign.startNewDay()
    const shifts = this.agents.map((_, index) => planShift(this.#random, index))
    for (const [index, agent] of this.agents.entries()) {
      const shift = shifts[index]
      if (shift !== undefined) this.#scheduleLogin(agent, this.skillsOf(index), shift, midnight)
    }
    const working = shifts.flatMap((shift, index) =>
      shift === undefined ? [] : [{ shift, skills: this.#skillIndexes[index] ?? [] }],
    )
    const plans = this.skills.map(({ plan }) => (this.#calm ? { ...plan, peaks: [] } : plan))
    for (const [index, demand] of demandFor(plans, working).entries()) {
      const arrivals = this.#arrivals[index]
      if (arrivals === undefined) continue
      arrivals.demand = demand
      this.#restartArrivals(arrivals)
    }
    this.#events.schedule(midnight + day, () => this.#startDay())
  }

  #scheduleLogin(
    agent: SimulatedAgent,
    skills: readonly SimulatedSkill[],
    { loginAt, logoutAt, pauses }: Shift,
    midnight: number,
  ): void {
    this.#events.schedule(midnight + loginAt, () => {
      const absolutePauses = pauses.map((pause) => ({ ...pause, at: midnight + pause.at }))
      this.#distributor.startShift(agent, skills, midnight + logoutAt, absolutePauses)
    })
  }

  #restartArrivals(arrivals: Arrivals): void {
    const midnight = dayOf(this.#events.now) * day
    arrivals.draw += 1
    this.#scheduleNextCall(arrivals, midnight, this.#events.now - midnight)
  }

  /** Schedules one call after `time` (in seconds of the day); each call schedules the next. */
  #scheduleNextCall(arrivals: Arrivals, midnight: number, time: number): void {
    const { draw } = arrivals
    const next = nextArrival(this.#random, arrivals.demand, time, arrivals.factor)
    if (next === undefined) return
    // Events need whole seconds. Rounding up keeps them in the future; `next` keeps the fraction, so the rate is exact.
    this.#events.schedule(midnight + Math.ceil(next), () => {
      if (arrivals.draw !== draw) return
      this.#distributor.receiveCall(arrivals.skill)
      this.#scheduleNextCall(arrivals, midnight, next)
    })
  }
}

const noDemand: Demand = { rateAt: () => 0, peakRate: 0 }
