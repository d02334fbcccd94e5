/** The daily totals of seconds that an activity can increase. */
export type TimeTotal = 'ready' | 'inbound' | 'outbound' | 'acw' | 'aux' | 'ring'

/** What an agent is doing. */
export interface Activity {
  /** The value of `agent_status`. */
  readonly state: string
  /** The totals that its seconds increase. */
  readonly totals: readonly TimeTotal[]
}

/**
 * The fixed activities. A ringing agent is not busy yet, so ringing time is part of ready time. The report has no field
 * for internal calls. wolkvox's totals add up only if their time is auxiliary time.
 */
export const activities = {
  loggedOut: { state: 'Logout', totals: [] },
  ready: { state: 'READY', totals: ['ready'] },
  ringing: { state: 'RING', totals: ['ready', 'ring'] },
  inboundCall: { state: 'TALK', totals: ['inbound'] },
  outboundCall: { state: 'TALK', totals: ['outbound'] },
  internalCall: { state: 'TALK', totals: ['aux'] },
  afterCallWork: { state: 'ACW', totals: ['acw'] },
} as const satisfies Record<string, Activity>

const auxiliaryTotals: readonly TimeTotal[] = ['aux']

/** The activity of an auxiliary state; each operation chooses its own names. */
export function auxiliary(name: string): Activity {
  return { state: name, totals: auxiliaryTotals }
}

/** The directions in which wolkvox counts calls. */
export type CallDirection = 'inbound' | 'outbound' | 'internal'

/** Seconds and answered calls since midnight. */
export interface DayTotals {
  readonly seconds: Readonly<Record<TimeTotal | 'login', number>>
  readonly calls: Readonly<Record<CallDirection, number>>
}

const noSeconds = () => ({ ready: 0, inbound: 0, outbound: 0, acw: 0, aux: 0, ring: 0, login: 0 })
const noCalls = () => ({ inbound: 0, outbound: 0, internal: 0 })

/**
 * The activity and the daily totals of one agent. All times are whole seconds since midnight of day 0 and must not
 * decrease. The login time is measured separately, not summed from the other totals.
 */
export class SimulatedAgent {
  readonly id: string
  readonly name: string
  #activity: Activity = activities.loggedOut
  #since = 0
  #totalsUpdatedAt = 0
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

  /** The second at which the current activity started; it can be on an earlier day. */
  get since(): number {
    return this.#since
  }

  /** The second of the login; `undefined` if the agent is logged out. */
  get loggedInAt(): number | undefined {
    return this.#loggedInAt
  }

  /** Whether the agent has been logged in at any time since midnight. */
  get worksToday(): boolean {
    return this.#worksToday
  }

  /** Ends the current activity at `second` and starts another. */
  startActivity(activity: Activity, second: number): void {
    this.#updateTotals(second)
    if (activity === activities.loggedOut) {
      this.#loggedInAt = undefined
    } else {
      this.#loggedInAt ??= second
      this.#worksToday = true
    }
    this.#activity = activity
    this.#since = second
  }

  /** Counts an answered call. */
  countCall(direction: CallDirection): void {
    this.#calls[direction] += 1
  }

  /** Resets the totals at `midnight`. The activity continues. */
  startNewDay(midnight: number): void {
    this.#updateTotals(midnight)
    this.#seconds = noSeconds()
    this.#calls = noCalls()
    this.#worksToday = this.#loggedInAt !== undefined
  }

  /** The totals at `second`, including the current activity. */
  totalsAt(second: number): DayTotals {
    this.#updateTotals(second)
    return { seconds: { ...this.#seconds }, calls: { ...this.#calls } }
  }

  #updateTotals(second: number): void {
    for (const total of this.#activity.totals) this.#seconds[total] += second - this.#totalsUpdatedAt
    if (this.#loggedInAt !== undefined)
      this.#seconds.login += second - Math.max(this.#loggedInAt, this.#totalsUpdatedAt)
    this.#totalsUpdatedAt = second
  }
}

/** The id of the first agent. */
export const firstId = 1001

/** Latin American animals, some with accents: no simulated agent looks like a real person. */
const animals = [
  'Cóndor',
  'Colibrí',
  'Ñandú',
  'Águila',
  'Delfín',
  'Tucán',
  'Caimán',
  'Armadillo',
  'Guacamaya',
  'Jaguar',
  'Perezoso',
  'Tití',
  'Chigüiro',
  'Búho',
  'Tapir',
  'Zorro',
  'Halcón',
  'Nutria',
  'Ocelote',
  'Vicuña',
]

/** Creates `count` agents, all logged out. Ids start at 1001; a number makes each name unique. */
export function createAgents(count: number): SimulatedAgent[] {
  return Array.from({ length: count }, (_, index) => {
    const animal = animals[index % animals.length]
    return new SimulatedAgent(String(firstId + index), `${animal} ${String(index + 1).padStart(3, '0')}`)
  })
}
