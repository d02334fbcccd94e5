import type { SimulatedAgent } from './agent.ts'
import type { EventQueue } from './queues.ts'
import { exponential, lognormal, pick, type Random } from './random.ts'

/** A chat or an interaction of an agent. */
export interface Conversation {
  /** In the order of their starts, from 1. */
  readonly number: number
  readonly startedAt: number
  readonly channel: string
}

/** How agents hold conversations of one kind. Durations are seconds. */
export interface ConversationPlan {
  /** Every how many agents one takes part. */
  readonly everyAgents: number
  /** Conversations that an agent can hold at the same time. */
  readonly maxPerAgent: number
  /** The mean time until the next conversation takes a free place. */
  readonly meanIdle: number
  readonly duration: { readonly median: number; readonly spread: number }
  readonly channels: readonly string[]
}

export const chatPlan: ConversationPlan = {
  everyAgents: 5,
  maxPerAgent: 3,
  meanIdle: 800,
  duration: { median: 540, spread: 0.7 },
  channels: ['whatsapp', 'whatsapp', 'whatsapp', 'web', 'facebook', 'telegram'],
}

export const interactionPlan: ConversationPlan = {
  everyAgents: 6,
  maxPerAgent: 4,
  meanIdle: 2400,
  duration: { median: 1500, spread: 0.8 },
  channels: ['email'],
}

/** An agent's current session, from login to logout. */
interface Session {
  readonly active: Set<Conversation>
  ended: boolean
}

/**
 * The conversations of all agents, beside their calls. Each place of an agent is free for some time, then a conversation
 * takes it. At the logout, the agent's conversations end.
 */
export class Conversations {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #plan: ConversationPlan
  readonly #sessions = new Map<SimulatedAgent, Session>()
  #started = 0
  #ended = 0

  constructor(events: EventQueue, random: Random, plan: ConversationPlan) {
    this.#events = events
    this.#random = random
    this.#plan = plan
  }

  get started(): number {
    return this.#started
  }

  get ended(): number {
    return this.#ended
  }

  /** The agents who take part and are logged in, with their active conversations in the order of the starts. */
  *active(): Generator<readonly [SimulatedAgent, readonly Conversation[]]> {
    for (const [agent, { active }] of this.#sessions) yield [agent, [...active]]
  }

  /** Starts a session if the agent with this index takes part. */
  startSession(agent: SimulatedAgent, agentIndex: number): void {
    if (agentIndex % this.#plan.everyAgents !== 0) return
    const session = { active: new Set<Conversation>(), ended: false }
    this.#sessions.set(agent, session)
    for (let place = 0; place < this.#plan.maxPerAgent; place += 1) this.#waitForNext(session)
  }

  endSession(agent: SimulatedAgent): void {
    const session = this.#sessions.get(agent)
    if (session === undefined) return
    session.ended = true
    this.#ended += session.active.size
    this.#sessions.delete(agent)
  }

  #waitForNext(session: Session): void {
    this.#after(exponential(this.#random, this.#plan.meanIdle), () => {
      if (!session.ended) this.#start(session)
    })
  }

  #start(session: Session): void {
    const { channels, duration } = this.#plan
    this.#started += 1
    const channel = pick(this.#random, channels)
    const conversation = { number: this.#started, startedAt: this.#events.now, channel }
    session.active.add(conversation)
    this.#after(lognormal(this.#random, duration.median, duration.spread), () => {
      if (session.ended) return
      session.active.delete(conversation)
      this.#ended += 1
      this.#waitForNext(session)
    })
  }

  #after(seconds: number, action: () => void): void {
    this.#events.schedule(this.#events.now + Math.max(1, Math.round(seconds)), action)
  }
}
