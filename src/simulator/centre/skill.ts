/** A time of day with more calls: `height` is relative to the base rate. Times are seconds of the day. */
export interface Peak {
  readonly at: number
  readonly width: number
  readonly height: number
}

/** What distinguishes the calls of one skill. Durations are seconds. */
export interface SkillPlan {
  readonly id: string
  readonly name: string
  /** The share of agents whose main skill this is, relative to the other skills. */
  readonly weight: number
  /** Talk time, as the median and the spread of a lognormal distribution. */
  readonly talk: { readonly median: number; readonly spread: number }
  /** The mean time until a caller hangs up; `Infinity` if callers never do. */
  readonly meanPatience: number
  readonly peaks: readonly Peak[]
}

/** The calls of one skill and its totals since midnight. All times are whole seconds. */
export class SimulatedSkill {
  readonly plan: SkillPlan
  #arrived = 0
  #answered = 0
  #abandoned = 0
  #waiting = 0
  /** How many calls were answered after each number of seconds. */
  #waits = new Map<number, number>()

  constructor(plan: SkillPlan) {
    this.plan = plan
  }

  /** Calls of the day, including those that were waiting at midnight. */
  get arrived(): number {
    return this.#arrived
  }

  get answered(): number {
    return this.#answered
  }

  get abandoned(): number {
    return this.#abandoned
  }

  /** Calls that wait now; a call that rings at an agent still waits. */
  get waiting(): number {
    return this.#waiting
  }

  countArrival(): void {
    this.#arrived += 1
    this.#waiting += 1
  }

  countAnswer(waitSeconds: number): void {
    this.#answered += 1
    this.#waiting -= 1
    this.#waits.set(waitSeconds, (this.#waits.get(waitSeconds) ?? 0) + 1)
  }

  countAbandonment(): void {
    this.#abandoned += 1
    this.#waiting -= 1
  }

  /** The calls answered after at most this many seconds. */
  answeredWithin(seconds: number): number {
    let count = 0
    for (const [wait, calls] of this.#waits) if (wait <= seconds) count += calls
    return count
  }

  /** Resets the totals. A call that waits over midnight belongs to the new day. */
  startNewDay(): void {
    this.#arrived = this.#waiting
    this.#answered = 0
    this.#abandoned = 0
    this.#waits = new Map()
  }
}
