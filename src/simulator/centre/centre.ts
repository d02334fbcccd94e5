import { Agenda } from './agenda.ts'
import type { Agent } from './agent.ts'
import { nextArrival } from './arrivals.ts'
import { type Demand, demandFor } from './demand.ts'
import { Floor } from './floor.ts'
import { type Random, seededRandom } from './random.ts'
import { hireAgents } from './roster.ts'
import { planShift, type Shift } from './shifts.ts'
import { day } from './time.ts'

/** How large a centre is; the seed, a whole number, decides everything that happens in it. */
export interface CentreOptions {
  readonly agents: number
  readonly seed: number
}

/**
 * A contact centre, day after day from midnight of day 0. What happens depends on the options alone, not on the steps
 * in which time is advanced.
 */
export class Centre {
  readonly agents: readonly Agent[]
  readonly #agenda = new Agenda()
  readonly #random: Random
  readonly #floor: Floor

  constructor({ agents, seed }: CentreOptions) {
    this.agents = hireAgents(agents)
    this.#random = seededRandom(seed)
    this.#floor = new Floor(this.#agenda, this.#random)
    this.#agenda.at(0, () => this.#beginDay())
  }

  /** The present, in whole seconds since midnight of day 0. */
  get now(): number {
    return this.#agenda.now
  }

  /** Lets time pass until `second`, a whole number since midnight of day 0. Time never goes back: an earlier one changes nothing. */
  advanceTo(second: number): void {
    this.#agenda.runUntil(second)
  }

  #beginDay(): void {
    const midnight = this.#agenda.now
    for (const agent of this.agents) agent.turnDay(midnight)
    const shifts = this.agents.map((_, index) => planShift(this.#random, index))
    for (const [index, agent] of this.agents.entries()) {
      const shift = shifts[index]
      if (shift !== undefined) this.#expect(agent, shift, midnight)
    }
    this.#awaitCall(demandFor(shifts.filter((shift) => shift !== undefined)), midnight, 0)
    this.#agenda.at(midnight + day, () => this.#beginDay())
  }

  #expect(agent: Agent, { loginAt, logoutAt, pauses }: Shift, midnight: number): void {
    this.#agenda.at(midnight + loginAt, () => {
      const dated = pauses.map((pause) => ({ ...pause, at: midnight + pause.at }))
      this.#floor.startShift(agent, midnight + logoutAt, dated)
    })
  }

  /** One call at a time is on the agenda: each, when it comes, brings the next. `moment` is in seconds of the day. */
  #awaitCall(demand: Demand, midnight: number, moment: number): void {
    const next = nextArrival(this.#random, demand, moment)
    if (next === undefined) return
    // Rounded up, as an event must not come before its cause; the fraction lives on in `next`, so no rate is lost.
    this.#agenda.at(midnight + Math.ceil(next), () => {
      this.#floor.receiveCall()
      this.#awaitCall(demand, midnight, next)
    })
  }
}
