import { type Failure, failures } from './envelope.ts'

/** Calls a day that each licence adds, by wolkvox's page. */
const callsPerLicence = 1000

/** Calls that may be under way at once with one token, by wolkvox's page. */
const simultaneousCalls = 2

/**
 * Keeps wolkvox's limits for one token. A call costs 1 of the day's quota however it ends, even when it comes one too
 * many at a time; one that comes after the quota is spent costs nothing. (What a refused call costs is not documented.)
 */
export class Gate {
  readonly #dailyLimit: number
  #calls = 0
  #callsToday = 0
  #today = 0
  #underWay = 0

  constructor(licenses: number) {
    this.#dailyLimit = licenses * callsPerLicence
  }

  /** All calls that have cost quota, of this day and earlier ones. */
  get calls(): number {
    return this.#calls
  }

  /** Lets a call in on the day of this number, or says why not. Whoever is let in must `leave`. */
  enter(today: number): Failure | undefined {
    if (today !== this.#today) {
      this.#today = today
      this.#callsToday = 0
    }
    if (this.#callsToday >= this.#dailyLimit) return failures.tokenLimit
    this.#callsToday += 1
    this.#calls += 1
    if (this.#underWay >= simultaneousCalls) return failures.simultaneousRequests
    this.#underWay += 1
    return undefined
  }

  /** Tells that a call that was let in is over. */
  leave(): void {
    this.#underWay -= 1
  }
}
