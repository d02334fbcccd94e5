import { type Activity, activities, auxiliary } from './activities.ts'
import type { Agenda } from './agenda.ts'
import type { Agent } from './agent.ts'
import { Fifo } from './fifo.ts'
import { habits } from './habits.ts'
import type { Random } from './random.ts'
import type { Pause } from './shifts.ts'

/** A caller on the line; at `patienceEndsAt` (a whole second) the caller hangs up. */
interface Call {
  readonly patienceEndsAt: number
}

/** An agent on shift with what still lies ahead: pauses in the order of their times, then the way home. */
interface Worker {
  readonly agent: Agent
  readonly pauses: Pause[]
  readonly logoutAt: number
  /** When the first of these is due, kept at hand because it is asked after every call. */
  dueAt: number
}

/** A place in the line of ready agents, void as soon as that spell of readiness is over. */
interface ReadyPlace {
  readonly worker: Worker
  readonly since: number
}

/** The room in which waiting calls meet ready agents. Its time is the agenda's, its chances come from `random`. */
export class Floor {
  readonly #agenda: Agenda
  readonly #random: Random
  readonly #waiting = new Fifo<Call>()
  readonly #ready = new Fifo<ReadyPlace>()

  constructor(agenda: Agenda, random: Random) {
    this.#agenda = agenda
    this.#random = random
  }

  /** A call joins the queue. */
  receiveCall(): void {
    this.#waiting.push({ patienceEndsAt: this.#agenda.now + habits.patienceSeconds(this.#random) })
    this.#match()
  }

  /** An agent logs in. The times are seconds since midnight of day 0; what is due while busy waits until free. */
  startShift(agent: Agent, logoutAt: number, pauses: readonly Pause[]): void {
    const worker = { agent, logoutAt, pauses: [...pauses], dueAt: firstDue(pauses, logoutAt) }
    for (const second of [...pauses.map(({ at }) => at), logoutAt]) {
      this.#agenda.at(second, () => {
        if (agent.activity === activities.ready) this.#leaveIfDue(worker)
      })
    }
    this.#becomeReady(worker)
  }

  #match(): void {
    for (;;) {
      const call = this.#firstWaiting()
      const worker = this.#longestReady()
      if (call === undefined || worker === undefined) return
      this.#waiting.shift()
      this.#ready.shift()
      this.#ring(worker, call)
    }
  }

  #firstWaiting(): Call | undefined {
    let call = this.#waiting.peek()
    while (call !== undefined && call.patienceEndsAt <= this.#agenda.now) {
      this.#waiting.shift()
      call = this.#waiting.peek()
    }
    return call
  }

  #longestReady(): Worker | undefined {
    let place = this.#ready.peek()
    while (place !== undefined && !isStillReady(place)) {
      this.#ready.shift()
      place = this.#ready.peek()
    }
    return place?.worker
  }

  #ring(worker: Worker, call: Call): void {
    const missed = habits.missesCall(this.#random)
    const ringEndsAt =
      this.#agenda.now + (missed ? habits.missedRingSeconds : habits.ringSeconds(this.#random))
    this.#begin(worker, activities.ringing)
    if (call.patienceEndsAt < ringEndsAt) {
      this.#agenda.at(call.patienceEndsAt, () => this.#resume(worker))
    } else if (missed) {
      this.#agenda.at(ringEndsAt, () => this.#passOn(worker, call))
    } else {
      this.#agenda.at(ringEndsAt, () => this.#answer(worker))
    }
  }

  #passOn(worker: Worker, call: Call): void {
    this.#waiting.putBack(call)
    this.#resume(worker)
    this.#match()
  }

  #answer(worker: Worker): void {
    worker.agent.countCall('inbound')
    this.#spend(worker, activities.inboundCall, habits.talkSeconds(this.#random), () => this.#wrapUp(worker))
  }

  #dialOut(worker: Worker): void {
    worker.agent.countCall('outbound')
    const seconds = habits.outboundTalkSeconds(this.#random)
    this.#spend(worker, activities.outboundCall, seconds, () => this.#wrapUp(worker))
  }

  #callColleague(worker: Worker): void {
    worker.agent.countCall('internal')
    const seconds = habits.internalTalkSeconds(this.#random)
    this.#spend(worker, activities.internalCall, seconds, () => this.#resume(worker))
  }

  #wrapUp(worker: Worker): void {
    const seconds = habits.afterCallWorkSeconds(this.#random)
    this.#spend(worker, activities.afterCallWork, seconds, () => this.#breathe(worker))
  }

  /** Between two calls: what is due goes first, then what comes to mind, then the next call. */
  #breathe(worker: Worker): void {
    if (this.#leaveIfDue(worker)) return
    const pause = habits.shortPause(this.#random, this.#agenda.now)
    if (pause !== undefined) this.#pause(worker, pause)
    else if (habits.callsColleague(this.#random)) this.#callColleague(worker)
    else this.#becomeReady(worker)
  }

  #resume(worker: Worker): void {
    if (!this.#leaveIfDue(worker)) this.#becomeReady(worker)
  }

  /** Sends the agent home or into a pause if its time has come; says whether it had. */
  #leaveIfDue(worker: Worker): boolean {
    if (this.#agenda.now < worker.dueAt) return false
    const next = this.#agenda.now < worker.logoutAt ? worker.pauses.shift() : undefined
    worker.dueAt = firstDue(worker.pauses, worker.logoutAt)
    if (next === undefined) this.#begin(worker, activities.loggedOut)
    else this.#pause(worker, next)
    return true
  }

  #pause(worker: Worker, { name, seconds }: Pause): void {
    this.#spend(worker, auxiliary(name), seconds, () => this.#resume(worker))
  }

  #becomeReady(worker: Worker): void {
    this.#begin(worker, activities.ready)
    const place = { worker, since: this.#agenda.now }
    this.#ready.push(place)
    const idleSeconds = habits.idleSecondsBeforeOutbound(this.#random)
    if (idleSeconds !== undefined) {
      this.#agenda.at(this.#agenda.now + idleSeconds, () => {
        if (isStillReady(place)) this.#dialOut(worker)
      })
    }
    this.#match()
  }

  #spend(worker: Worker, activity: Activity, seconds: number, then: () => void): void {
    this.#begin(worker, activity)
    this.#agenda.at(this.#agenda.now + seconds, then)
  }

  #begin({ agent }: Worker, activity: Activity): void {
    agent.begin(activity, this.#agenda.now)
  }
}

function firstDue(pauses: readonly Pause[], logoutAt: number): number {
  return Math.min(pauses[0]?.at ?? logoutAt, logoutAt)
}

/** An agent that was called away and is ready again has a new place, further back. */
function isStillReady({ worker, since }: ReadyPlace): boolean {
  const { agent } = worker
  return agent.activity === activities.ready && agent.since === since
}
