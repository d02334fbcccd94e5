import { day } from './time.ts'

/** The ways in which a dialled call can end. */
export type DialResult = 'answered' | 'noAnswer' | 'failed' | 'answeringMachine'

/** A predictive campaign. Times are seconds of the day. */
export interface CampaignPlan {
  readonly id: string
  readonly name: string
  readonly strategy: string
  /** The skill whose agents get the answered calls. */
  readonly skillId: string
  /** The length of the list, which is loaded again at each midnight. */
  readonly records: number
  /** Ready agents whom the dialler leaves for inbound calls. */
  readonly readyReserve: number
  /** Calls in progress at most for each other ready agent. */
  readonly speed: number
  /** Calls started at most. */
  readonly callsPerMinute: number
  readonly from: number
  readonly to: number
  /** Whether records without an answer are dialled a second time once the list is finished. */
  readonly recycles: boolean
  /** Whether the campaign stops once its list is finished. wolkvox leaves some in the state `started`. */
  readonly stopsWhenFinished: boolean
  /** The probability of each result. They add up to 1. */
  readonly results: Readonly<Record<DialResult, number>>
}

interface ResultShare {
  readonly value: DialResult
  readonly share: number
}

const toShares = (shares: CampaignPlan['results']): readonly ResultShare[] => [
  { value: 'answered', share: shares.answered },
  { value: 'noAnswer', share: shares.noAnswer },
  { value: 'failed', share: shares.failed },
  { value: 'answeringMachine', share: shares.answeringMachine },
]

const noResults = (): Record<DialResult, number> => ({
  answered: 0,
  noAnswer: 0,
  failed: 0,
  answeringMachine: 0,
})

const window = 60

/**
 * The list of a campaign and its results since midnight. A record counts as dialled when its call ends, so that the
 * results always add up to the dialled calls.
 */
export class SimulatedCampaign {
  readonly plan: CampaignPlan
  /** The state that replaces the schedule. */
  statusOverride: 'started' | 'stopped' | undefined
  #shares: readonly ResultShare[]
  #results = noResults()
  #inProgress = 0
  /** Records of the current pass through the list, and how many of them were dialled. */
  #passRecords: number
  #passDialed = 0
  #recycled = 0
  #passes = 1
  #connected = 0
  #hits = 0
  readonly #dialedPerSecond = Array.from({ length: window }, () => ({ second: -1, calls: 0 }))

  constructor(plan: CampaignPlan) {
    this.plan = plan
    this.#passRecords = plan.records
    this.#shares = toShares(plan.results)
  }

  get results(): Readonly<Record<DialResult, number>> {
    return this.#results
  }

  /** Calls that have ended. */
  get dialed(): number {
    return this.plan.records - this.clean + this.#recycled
  }

  /** Records that have not been dialled yet. */
  get clean(): number {
    return this.#passes === 1 ? this.plan.records - this.#passDialed : 0
  }

  /** Calls to records that had been dialled before. */
  get recycled(): number {
    return this.#recycled
  }

  /** Answered calls that an agent got. The others were hung up because no agent was ready. */
  get connected(): number {
    return this.#connected
  }

  /** Connected calls that reached their aim. */
  get hits(): number {
    return this.#hits
  }

  /** The share of the current pass that has been dialled. */
  get passRatio(): number {
    return this.#passRecords === 0 ? 0 : this.#passDialed / this.#passRecords
  }

  get inProgress(): number {
    return this.#inProgress
  }

  /** Records that no call is in progress to. */
  get remaining(): number {
    return Math.max(0, this.#passRecords - this.#passDialed - this.#inProgress)
  }

  /** Whether the campaign dials at this second (since midnight of day 0). */
  isStarted(second: number): boolean {
    if (this.statusOverride !== undefined) return this.statusOverride === 'started'
    const { from, to, stopsWhenFinished } = this.plan
    const time = second % day
    const finished = this.#passDialed >= this.#passRecords
    return time >= from && time < to && !(finished && stopsWhenFinished)
  }

  /** The probability of each result. */
  get resultShares(): readonly ResultShare[] {
    return this.#shares
  }

  /**
   * Replaces the share of answering machines (0–1); the other results keep their proportions. `undefined` restores the
   * share of the plan.
   */
  setAnsweringMachineShare(share: number | undefined): void {
    const { results } = this.plan
    const scale = share === undefined ? 1 : (1 - share) / (1 - results.answeringMachine)
    this.#shares = toShares({
      answered: results.answered * scale,
      noAnswer: results.noAnswer * scale,
      failed: results.failed * scale,
      answeringMachine: share ?? results.answeringMachine,
    })
  }

  startCall(): void {
    this.#inProgress += 1
  }

  endCall(result: DialResult, second: number): void {
    this.#inProgress -= 1
    this.#results[result] += 1
    this.#passDialed += 1
    if (this.#passes > 1) this.#recycled += 1
    this.#countDialed(second)
    if (this.#passDialed === this.#passRecords && this.plan.recycles && this.#passes === 1) {
      this.#passes = 2
      this.#passRecords = this.plan.records - this.#results.answered
      this.#passDialed = 0
    }
  }

  countConnection(isHit: boolean): void {
    this.#connected += 1
    if (isHit) this.#hits += 1
  }

  /** Calls that ended in the minute up to and including `second`. */
  dialedInMinuteBefore(second: number): number {
    return this.#dialedPerSecond.reduce(
      (sum, slot) => (slot.second > second - window && slot.second <= second ? sum + slot.calls : sum),
      0,
    )
  }

  /** Loads the list again and resets the results. Calls in progress count for the new day. */
  startNewDay(): void {
    this.#results = noResults()
    this.#passRecords = this.plan.records
    this.#passDialed = 0
    this.#passes = 1
    this.#recycled = 0
    this.#connected = 0
    this.#hits = 0
  }

  #countDialed(second: number): void {
    const slot = this.#dialedPerSecond[second % window]
    if (slot === undefined) return
    if (slot.second !== second) {
      slot.second = second
      slot.calls = 0
    }
    slot.calls += 1
  }
}
