import { type Activity, activities, auxiliary, type SimulatedAgent } from './agent.ts'
import { behaviour } from './behaviour.ts'
import { type EventQueue, FifoQueue } from './queues.ts'
import type { Random } from './random.ts'
import type { Pause } from './shifts.ts'

/** A waiting call. The caller hangs up at `patienceEndsAt` (a whole second). */
interface WaitingCall {
  readonly patienceEndsAt: number
}

/** An agent on shift, with the remaining pauses in the order of their times. */
interface ShiftState {
  readonly agent: SimulatedAgent
  readonly pauses: Pause[]
  readonly logoutAt: number
  /** The time of the next pause or of the logout; cached because it is read after every call. */
  nextDueAt: number
}

/** An entry in the queue of ready agents. It is invalid as soon as the agent leaves the ready state. */
interface ReadyEntry {
  readonly shift: ShiftState
  readonly since: number
}

/** Distributes waiting calls to ready agents, and moves agents from one activity to the next. */
export class CallDistributor {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #waitingCalls = new FifoQueue<WaitingCall>()
  readonly #readyAgents = new FifoQueue<ReadyEntry>()

  constructor(events: EventQueue, random: Random) {
    this.#events = events
    this.#random = random
  }

  /** Adds an inbound call to the queue. */
  receiveCall(): void {
    this.#waitingCalls.push({ patienceEndsAt: this.#events.now + behaviour.patienceSeconds(this.#random) })
    this.#assignCalls()
  }

  /**
   * Logs an agent in. The times are seconds since midnight of day 0. A pause or logout that becomes due while the agent
   * is busy waits until the agent is free.
   */
  startShift(agent: SimulatedAgent, logoutAt: number, pauses: readonly Pause[]): void {
    const shift = { agent, logoutAt, pauses: [...pauses], nextDueAt: firstDue(pauses, logoutAt) }
    for (const second of [...pauses.map(({ at }) => at), logoutAt]) {
      this.#events.schedule(second, () => {
        if (agent.activity === activities.ready) this.#pauseOrLogOutIfDue(shift)
      })
    }
    this.#becomeReady(shift)
  }

  #assignCalls(): void {
    for (;;) {
      const call = this.#firstWaitingCall()
      const shift = this.#longestReadyAgent()
      if (call === undefined || shift === undefined) return
      this.#waitingCalls.shift()
      this.#readyAgents.shift()
      this.#ring(shift, call)
    }
  }

  #firstWaitingCall(): WaitingCall | undefined {
    let call = this.#waitingCalls.peek()
    while (call !== undefined && call.patienceEndsAt <= this.#events.now) {
      this.#waitingCalls.shift()
      call = this.#waitingCalls.peek()
    }
    return call
  }

  #longestReadyAgent(): ShiftState | undefined {
    let entry = this.#readyAgents.peek()
    while (entry !== undefined && !isStillReady(entry)) {
      this.#readyAgents.shift()
      entry = this.#readyAgents.peek()
    }
    return entry?.shift
  }

  #ring(shift: ShiftState, call: WaitingCall): void {
    const missed = behaviour.missesCall(this.#random)
    const ringEndsAt =
      this.#events.now + (missed ? behaviour.missedRingSeconds : behaviour.ringSeconds(this.#random))
    this.#startActivity(shift, activities.ringing)
    if (call.patienceEndsAt < ringEndsAt) {
      this.#events.schedule(call.patienceEndsAt, () => this.#becomeFree(shift))
    } else if (missed) {
      this.#events.schedule(ringEndsAt, () => this.#requeueMissedCall(shift, call))
    } else {
      this.#events.schedule(ringEndsAt, () => this.#answerCall(shift))
    }
  }

  #requeueMissedCall(shift: ShiftState, call: WaitingCall): void {
    this.#waitingCalls.unshift(call)
    this.#becomeFree(shift)
    this.#assignCalls()
  }

  #answerCall(shift: ShiftState): void {
    shift.agent.countCall('inbound')
    const seconds = behaviour.talkSeconds(this.#random)
    this.#runActivity(shift, activities.inboundCall, seconds, () => this.#startAfterCallWork(shift))
  }

  #makeOutboundCall(shift: ShiftState): void {
    shift.agent.countCall('outbound')
    const seconds = behaviour.outboundTalkSeconds(this.#random)
    this.#runActivity(shift, activities.outboundCall, seconds, () => this.#startAfterCallWork(shift))
  }

  #makeInternalCall(shift: ShiftState): void {
    shift.agent.countCall('internal')
    const seconds = behaviour.internalTalkSeconds(this.#random)
    this.#runActivity(shift, activities.internalCall, seconds, () => this.#becomeFree(shift))
  }

  #startAfterCallWork(shift: ShiftState): void {
    const seconds = behaviour.afterCallWorkSeconds(this.#random)
    this.#runActivity(shift, activities.afterCallWork, seconds, () => this.#finishCall(shift))
  }

  /** A due pause or logout has priority, then a spontaneous pause or internal call. */
  #finishCall(shift: ShiftState): void {
    if (this.#pauseOrLogOutIfDue(shift)) return
    const pause = behaviour.shortPause(this.#random, this.#events.now)
    if (pause !== undefined) this.#startPause(shift, pause)
    else if (behaviour.callsColleague(this.#random)) this.#makeInternalCall(shift)
    else this.#becomeReady(shift)
  }

  #becomeFree(shift: ShiftState): void {
    if (!this.#pauseOrLogOutIfDue(shift)) this.#becomeReady(shift)
  }

  /** Returns whether a pause or the logout was due. */
  #pauseOrLogOutIfDue(shift: ShiftState): boolean {
    if (this.#events.now < shift.nextDueAt) return false
    const pause = this.#events.now < shift.logoutAt ? shift.pauses.shift() : undefined
    shift.nextDueAt = firstDue(shift.pauses, shift.logoutAt)
    if (pause === undefined) this.#startActivity(shift, activities.loggedOut)
    else this.#startPause(shift, pause)
    return true
  }

  #startPause(shift: ShiftState, { name, seconds }: Pause): void {
    this.#runActivity(shift, auxiliary(name), seconds, () => this.#becomeFree(shift))
  }

  #becomeReady(shift: ShiftState): void {
    this.#startActivity(shift, activities.ready)
    const entry = { shift, since: this.#events.now }
    this.#readyAgents.push(entry)
    const idleSeconds = behaviour.idleSecondsBeforeOutbound(this.#random)
    if (idleSeconds !== undefined) {
      this.#events.schedule(this.#events.now + idleSeconds, () => {
        if (isStillReady(entry)) this.#makeOutboundCall(shift)
      })
    }
    this.#assignCalls()
  }

  #runActivity(shift: ShiftState, activity: Activity, seconds: number, then: () => void): void {
    this.#startActivity(shift, activity)
    this.#events.schedule(this.#events.now + seconds, then)
  }

  #startActivity({ agent }: ShiftState, activity: Activity): void {
    agent.startActivity(activity, this.#events.now)
  }
}

function firstDue(pauses: readonly Pause[], logoutAt: number): number {
  return Math.min(pauses[0]?.at ?? logoutAt, logoutAt)
}

/** An agent who left the ready state and returned has a new entry, so the start time must match too. */
function isStillReady({ shift: { agent }, since }: ReadyEntry): boolean {
  return agent.activity === activities.ready && agent.since === since
}
