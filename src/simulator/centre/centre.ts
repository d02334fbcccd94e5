import { createAgents, type SimulatedAgent } from './agent.ts'
import { CallDistributor } from './call-distributor.ts'
import { type Demand, demandFor, nextArrival } from './demand.ts'
import { EventQueue } from './queues.ts'
import { type Random, seededRandom } from './random.ts'
import { planShift, type Shift } from './shifts.ts'
import { day } from './time.ts'

/** The number of agents, and the seed (an integer) of all random events. */
export interface CentreOptions {
  readonly agents: number
  readonly seed: number
}

/**
 * A simulated contact centre, from midnight of day 0. Its events depend only on the options, not on the steps of
 * `advanceTo`.
 */
export class Centre {
  readonly agents: readonly SimulatedAgent[]
  readonly #events = new EventQueue()
  readonly #random: Random
  readonly #distributor: CallDistributor

  constructor({ agents, seed }: CentreOptions) {
    this.agents = createAgents(agents)
    this.#random = seededRandom(seed)
    this.#distributor = new CallDistributor(this.#events, this.#random)
    this.#events.schedule(0, () => this.#startDay())
  }

  /** The simulated time, in whole seconds since midnight of day 0. */
  get now(): number {
    return this.#events.now
  }

  /** Simulates up to `second`, an integer since midnight of day 0. Does nothing if `second` is in the past. */
  advanceTo(second: number): void {
    this.#events.runUntil(second)
  }

  #startDay(): void {
    const midnight = this.#events.now
    for (const agent of this.agents) agent.startNewDay(midnight)
    const shifts = this.agents.map((_, index) => planShift(this.#random, index))
    for (const [index, agent] of this.agents.entries()) {
      const shift = shifts[index]
      if (shift !== undefined) this.#scheduleLogin(agent, shift, midnight)
    }
    this.#scheduleNextCall(demandFor(shifts.filter((shift) => shift !== undefined)), midnight, 0)
    this.#events.schedule(midnight + day, () => this.#startDay())
  }

  #scheduleLogin(agent: SimulatedAgent, { loginAt, logoutAt, pauses }: Shift, midnight: number): void {
    this.#events.schedule(midnight + loginAt, () => {
      const absolutePauses = pauses.map((pause) => ({ ...pause, at: midnight + pause.at }))
      this.#distributor.startShift(agent, midnight + logoutAt, absolutePauses)
    })
  }

  /** Schedules one call after `time` (in seconds of the day); each call schedules the next. */
  #scheduleNextCall(demand: Demand, midnight: number, time: number): void {
    const next = nextArrival(this.#random, demand, time)
    if (next === undefined) return
    // Events need whole seconds. Rounding up keeps them in the future; `next` keeps the fraction, so the rate is exact.
    this.#events.schedule(midnight + Math.ceil(next), () => {
      this.#distributor.receiveCall()
      this.#scheduleNextCall(demand, midnight, next)
    })
  }
}
