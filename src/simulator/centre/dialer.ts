import type { CallDistributor } from './call-distributor.ts'
import type { SimulatedCampaign } from './campaign.ts'
import type { EventQueue } from './queues.ts'
import { chance, integerBetween, pickByShare, type Random } from './random.ts'
import type { SimulatedSkill } from './skill.ts'
import { minute } from './time.ts'

/** Seconds between two decisions of a campaign on how many calls to start. */
const minTickSeconds = 5
const maxTickSeconds = minute

/** Calls that a campaign may catch up on, in ticks. After a pause, it must not dial all that it missed at once. */
const maxLateTicks = 4

const hitProbability = 0.35

/** Dials the lists of campaigns, while more agents with the skill are ready than inbound calls need. */
export class Dialer {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #distributor: CallDistributor

  constructor(events: EventQueue, random: Random, distributor: CallDistributor) {
    this.#events = events
    this.#random = random
    this.#distributor = distributor
  }

  /** Runs a campaign from the current second on. */
  run(campaign: SimulatedCampaign, skill: SimulatedSkill): void {
    const { callsPerMinute, readyReserve, speed } = campaign.plan
    const tickSeconds = Math.round(
      Math.min(maxTickSeconds, Math.max(minTickSeconds, minute / callsPerMinute)),
    )
    const callsPerTick = (callsPerMinute * tickSeconds) / minute
    let due = 0
    const tick = () => {
      const isStarted = campaign.isStarted(this.#events.now)
      this.#events.schedule(this.#events.now + (isStarted ? tickSeconds : maxTickSeconds), tick)
      if (!isStarted) {
        due = 0
        return
      }
      due = Math.min(due + callsPerTick, Math.max(1, maxLateTicks * callsPerTick))
      const ready = Math.max(0, this.#distributor.readyAgents(skill) - readyReserve)
      const lines = speed * ready - campaign.inProgress
      const calls = Math.max(0, Math.min(Math.floor(due), lines, campaign.remaining))
      for (let call = 0; call < calls; call += 1) this.#dial(campaign, skill)
      due -= calls
    }
    tick()
  }

  #dial(campaign: SimulatedCampaign, skill: SimulatedSkill): void {
    campaign.startCall()
    const result = pickByShare(this.#random, campaign.resultShares)
    const seconds =
      result === 'failed' ? integerBetween(this.#random, 1, 5) : integerBetween(this.#random, 6, 25)
    this.#events.schedule(this.#events.now + seconds, () => {
      campaign.endCall(result, this.#events.now)
      if (result === 'answered' && this.#distributor.connectOutboundCall(skill))
        campaign.countConnection(chance(this.#random, hitProbability))
    })
  }
}
