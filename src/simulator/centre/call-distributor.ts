import { type Activity, activities, auxiliary, type SimulatedAgent } from './agent.ts'
import type { Behaviour } from './behaviour.ts'
import {
  createLine,
  type InboundCall,
  isStillReady,
  type Line,
  longestReadyAgent,
  type ShiftState,
  takeLongestWaitingCall,
} from './line.ts'
import type { EventQueue } from './queues.ts'
import type { Random } from './random.ts'
import type { Pause } from './shifts.ts'
import type { SimulatedSkill } from './skill.ts'

/** What happened to an inbound call. Calls are numbered in the order of their arrival, from 1. */
export interface CallEvent {
  readonly kind: 'arrived' | 'answered' | 'abandoned'
  readonly call: number
  readonly skillId: string
  readonly second: number
  /** The agent who answered; `undefined` for other events. */
  readonly agentId?: string
}

/** What the rest of the centre has to know. */
export interface DistributorListener {
  readonly onCallEvent?: ((event: CallEvent) => void) | undefined
  readonly onLogin?: (agent: SimulatedAgent) => void
  readonly onLogout?: (agent: SimulatedAgent) => void
}

/**
 * Distributes calls to ready agents with the skill, and moves agents from one activity to the next. A call rings at the
 * agent who has been ready for the longest time; a free agent gets the call that has waited for the longest time. So a
 * skill never has both a waiting call and a ready agent.
 */
export class CallDistributor {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #behaviour: Behaviour
  readonly #listener: DistributorListener
  readonly #lines: ReadonlyMap<SimulatedSkill, Line>
  #calls = 0

  constructor(
    events: EventQueue,
    random: Random,
    behaviour: Behaviour,
    skills: readonly SimulatedSkill[],
    listener: DistributorListener = {},
  ) {
    this.#events = events
    this.#random = random
    this.#behaviour = behaviour
    this.#listener = listener
    this.#lines = new Map(skills.map((skill) => [skill, createLine(skill)]))
  }

  /** Receives an inbound call. */
  receiveCall(skill: SimulatedSkill): void {
    const line = this.#lineOf(skill)
    const arrivedAt = this.#events.now
    const patienceEndsAt = arrivedAt + this.#behaviour.patienceSeconds(this.#random, skill.plan)
    this.#calls += 1
    const call: InboundCall = { number: this.#calls, line, arrivedAt, patienceEndsAt, state: 'waiting' }
    skill.countArrival()
    this.#report('arrived', call)
    this.#ringOrWait(call, () => line.calls.push(call))
  }

  /** The agents with this skill who are ready now. */
  readyAgents(skill: SimulatedSkill): number {
    return this.#lineOf(skill).readyCount
  }

  /**
   * Connects a person whom a campaign has called with the agent who has been ready for the longest time. Returns whether
   * an agent was ready.
   */
  connectOutboundCall(skill: SimulatedSkill): boolean {
    const shift = longestReadyAgent(this.#lineOf(skill))
    if (shift !== undefined) this.#makeOutboundCall(shift)
    return shift !== undefined
  }

  /**
   * Logs an agent in. The times are seconds since midnight of day 0. A pause or logout that becomes due while the agent
   * is busy waits until the agent is free.
   */
  startShift(
    agent: SimulatedAgent,
    skills: readonly SimulatedSkill[],
    logoutAt: number,
    pauses: readonly Pause[],
  ): void {
    const lines = skills.map((skill) => this.#lineOf(skill))
    const shift = { agent, lines, logoutAt, pauses: [...pauses], nextDueAt: firstDue(pauses, logoutAt) }
    for (const second of [...pauses.map(({ at }) => at), logoutAt]) {
      this.#events.schedule(second, () => {
        if (agent.activity === activities.ready) this.#pauseOrLogOutIfDue(shift)
      })
    }
    this.#becomeReady(shift)
    this.#listener.onLogin?.(agent)
  }

  #lineOf(skill: SimulatedSkill): Line {
    const line = this.#lines.get(skill)
    if (line === undefined) throw new RangeError(`unknown skill ${skill.plan.id}; pass it to the constructor`)
    return line
  }

  #ringOrWait(call: InboundCall, enqueue: () => void): void {
    const shift = longestReadyAgent(call.line)
    if (shift !== undefined) {
      this.#ring(shift, call)
      return
    }
    call.state = 'waiting'
    enqueue()
    if (call.patienceEndsAt === Number.POSITIVE_INFINITY) return
    this.#events.schedule(call.patienceEndsAt, () => {
      if (call.state === 'waiting') this.#abandon(call)
    })
  }

  #ring(shift: ShiftState, call: InboundCall): void {
    const { missesCall, missedRingSeconds, ringSeconds } = this.#behaviour
    const missed = missesCall(this.#random)
    const ringEndsAt = this.#events.now + (missed ? missedRingSeconds : ringSeconds(this.#random))
    call.state = 'ringing'
    this.#startActivity(shift, activities.ringing)
    if (call.patienceEndsAt < ringEndsAt) {
      this.#events.schedule(call.patienceEndsAt, () => {
        this.#abandon(call)
        this.#becomeFree(shift)
      })
    } else if (missed) {
      this.#events.schedule(ringEndsAt, () => this.#requeueMissedCall(shift, call))
    } else {
      this.#events.schedule(ringEndsAt, () => this.#answerCall(shift, call))
    }
  }

  /** The call keeps its place: another agent gets it before all calls that arrived later. */
  #requeueMissedCall(shift: ShiftState, call: InboundCall): void {
    this.#ringOrWait(call, () => call.line.calls.unshift(call))
    this.#becomeFree(shift)
  }

  #abandon(call: InboundCall): void {
    call.state = 'abandoned'
    call.line.skill.countAbandonment()
    this.#report('abandoned', call)
  }

  #answerCall(shift: ShiftState, call: InboundCall): void {
    const { skill } = call.line
    call.state = 'answered'
    skill.countAnswer(this.#events.now - call.arrivedAt)
    this.#report('answered', call, shift.agent)
    shift.agent.countCall('inbound')
    const seconds = this.#behaviour.talkSeconds(this.#random, skill.plan)
    this.#runActivity(shift, activities.inboundCall, seconds, () => this.#startAfterCallWork(shift))
  }

  #report(kind: CallEvent['kind'], { number, line }: InboundCall, agent?: SimulatedAgent): void {
    this.#listener.onCallEvent?.({
      kind,
      call: number,
      skillId: line.skill.plan.id,
      second: this.#events.now,
      ...(agent === undefined ? {} : { agentId: agent.id }),
    })
  }

  #makeOutboundCall(shift: ShiftState): void {
    shift.agent.countCall('outbound')
    const seconds = this.#behaviour.outboundTalkSeconds(this.#random)
    this.#runActivity(shift, activities.outboundCall, seconds, () => this.#startAfterCallWork(shift))
  }

  #makeInternalCall(shift: ShiftState): void {
    shift.agent.countCall('internal')
    const seconds = this.#behaviour.internalTalkSeconds(this.#random)
    this.#runActivity(shift, activities.internalCall, seconds, () => this.#becomeFree(shift))
  }

  #startAfterCallWork(shift: ShiftState): void {
    const seconds = this.#behaviour.afterCallWorkSeconds(this.#random)
    this.#runActivity(shift, activities.afterCallWork, seconds, () => this.#finishCall(shift))
  }

  /** A due pause or logout has priority, then a spontaneous pause or internal call. */
  #finishCall(shift: ShiftState): void {
    if (this.#pauseOrLogOutIfDue(shift)) return
    const pause = this.#behaviour.shortPause(this.#random, this.#events.now)
    if (pause !== undefined) this.#startPause(shift, pause)
    else if (this.#behaviour.callsColleague(this.#random)) this.#makeInternalCall(shift)
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
    if (pause !== undefined) {
      this.#startPause(shift, pause)
    } else {
      this.#startActivity(shift, activities.loggedOut)
      this.#listener.onLogout?.(shift.agent)
    }
    return true
  }

  #startPause(shift: ShiftState, { name, seconds }: Pause): void {
    this.#runActivity(shift, auxiliary(name), seconds, () => this.#becomeFree(shift))
  }

  #becomeReady(shift: ShiftState): void {
    this.#startActivity(shift, activities.ready)
    const call = takeLongestWaitingCall(shift.lines)
    if (call !== undefined) {
      this.#ring(shift, call)
      return
    }
    const entry = { shift, since: this.#events.now }
    for (const line of shift.lines) line.readyAgents.push(entry)
    const idleSeconds = this.#behaviour.idleSecondsBeforeOutbound(this.#random)
    if (idleSeconds === undefined) return
    this.#events.schedule(this.#events.now + idleSeconds, () => {
      if (isStillReady(entry)) this.#makeOutboundCall(shift)
    })
  }

  #runActivity(shift: ShiftState, activity: Activity, seconds: number, then: () => void): void {
    this.#startActivity(shift, activity)
    this.#events.schedule(this.#events.now + seconds, then)
  }

  #startActivity({ agent, lines }: ShiftState, activity: Activity): void {
    if (agent.activity === activities.ready) for (const line of lines) line.readyCount -= 1
    agent.startActivity(activity, this.#events.now)
    if (activity === activities.ready) for (const line of lines) line.readyCount += 1
  }
}

function firstDue(pauses: readonly Pause[], logoutAt: number): number {
  return Math.min(pauses[0]?.at ?? logoutAt, logoutAt)
}
