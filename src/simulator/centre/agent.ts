import { type Activity, activities, type TimeTotal } from './activities.ts'

/** The directions in which wolkvox counts calls. */
export type Direction = 'inbound' | 'outbound' | 'internal'

/** What an agent has done since midnight: whole seconds and calls answered. */
export interface DayTotals {
  readonly seconds: Readonly<Record<TimeTotal | 'login', number>>
  readonly calls: Readonly<Record<Direction, number>>
}

const noSeconds = () => ({ ready: 0, inbound: 0, outbound: 0, acw: 0, aux: 0, ring: 0, login: 0 })
const noCalls = () => ({ inbound: 0, outbound: 0, internal: 0 })

/**
 * The time sheet of one agent. All times are whole seconds since midnight of day 0 and must not go back.
 * The time logged in is measured by itself, not summed from the other totals.
 */
export class Agent {
  readonly id: string
  readonly name: string
  #activity: Activity = activities.loggedOut
  #since = 0
  #settledAt = 0
  #loggedInAt: number | undefined
  #worksToday = false
  #seconds = noSeconds()
  #calls = noCalls()

  constructor(id: string, name: string) {
    this.id = id
    this.name = name
  }

  get activity(): Activity {
    return this.#activity
  }

  /** The second at which the present activity began, be it on an earlier day. */
  get since(): number {
    return this.#since
  }

  /** Whether the agent has been logged in at any time since midnight. */
  get worksToday(): boolean {
    return this.#worksToday
  }

  /** Ends the present activity at `second` in favour of another. */
  begin(activity: Activity, second: number): void {
    this.#settle(second)
    if (activity === activities.loggedOut) {
      this.#loggedInAt = undefined
    } else {
      this.#loggedInAt ??= second
      this.#worksToday = true
    }
    this.#activity = activity
    this.#since = second
  }

  /** Counts a call as taken. */
  countCall(direction: Direction): void {
    this.#calls[direction] += 1
  }

  /** Sets the totals back to nothing at `midnight`; the activity goes on. */
  turnDay(midnight: number): void {
    this.#settle(midnight)
    this.#seconds = noSeconds()
    this.#calls = noCalls()
    this.#worksToday = this.#loggedInAt !== undefined
  }

  /** The totals as they are at `second`, the activity under way included. */
  totalsAt(second: number): DayTotals {
    this.#settle(second)
    return { seconds: { ...this.#seconds }, calls: { ...this.#calls } }
  }

  #settle(second: number): void {
    for (const total of this.#activity.addsTo) this.#seconds[total] += second - this.#settledAt
    if (this.#loggedInAt !== undefined)
      this.#seconds.login += second - Math.max(this.#loggedInAt, this.#settledAt)
    this.#settledAt = second
  }
}
