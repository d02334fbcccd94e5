import { activities, type SimulatedAgent } from './agent.ts'
import { FifoQueue } from './queues.ts'
import type { Pause } from './shifts.ts'
import type { SimulatedSkill } from './skill.ts'

/** An inbound call. The caller hangs up at `patienceEndsAt` (a whole second, or never). */
export interface InboundCall {
  readonly number: number
  readonly line: Line
  readonly arrivedAt: number
  readonly patienceEndsAt: number
  state: 'waiting' | 'ringing' | 'answered' | 'abandoned'
}

/** The queues of one skill. Entries that are no longer valid stay until they are at the head. */
export interface Line {
  readonly skill: SimulatedSkill
  readonly calls: FifoQueue<InboundCall>
  readonly readyAgents: FifoQueue<ReadyEntry>
  readyCount: number
}

/** An agent on shift, with the remaining pauses in the order of their times. */
export interface ShiftState {
  readonly agent: SimulatedAgent
  readonly lines: readonly Line[]
  readonly pauses: Pause[]
  readonly logoutAt: number
  /** The time of the next pause or of the logout; cached because it is read after every call. */
  nextDueAt: number
}

/** An entry in the queues of ready agents. It is invalid as soon as the agent leaves the ready state. */
export interface ReadyEntry {
  readonly shift: ShiftState
  readonly since: number
}

export function createLine(skill: SimulatedSkill): Line {
  return { skill, calls: new FifoQueue(), readyAgents: new FifoQueue(), readyCount: 0 }
}

/** An agent who left the ready state and returned has a new entry, so the start time must match too. */
export function isStillReady({ shift: { agent }, since }: ReadyEntry): boolean {
  return agent.activity === activities.ready && agent.since === since
}

/** The agent who has been ready for the longest time, who stays in the queue. */
export function longestReadyAgent({ readyAgents }: Line): ShiftState | undefined {
  let entry = readyAgents.peek()
  while (entry !== undefined && !isStillReady(entry)) {
    readyAgents.shift()
    entry = readyAgents.peek()
  }
  return entry?.shift
}

function firstWaitingCall({ calls }: Line): InboundCall | undefined {
  let call = calls.peek()
  while (call !== undefined && call.state !== 'waiting') {
    calls.shift()
    call = calls.peek()
  }
  return call
}

/** Removes the call that has waited for the longest time from its queue. */
export function takeLongestWaitingCall(lines: readonly Line[]): InboundCall | undefined {
  let longest: InboundCall | undefined
  for (const line of lines) {
    const call = firstWaitingCall(line)
    if (call !== undefined && (longest === undefined || call.number < longest.number)) longest = call
  }
  longest?.line.calls.shift()
  return longest
}
