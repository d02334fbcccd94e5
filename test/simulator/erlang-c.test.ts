import { describe, expect, it } from 'vitest'
import { SimulatedAgent } from '../../src/simulator/centre/agent.ts'
import type { Behaviour } from '../../src/simulator/centre/behaviour.ts'
import { CallDistributor } from '../../src/simulator/centre/call-distributor.ts'
import { EventQueue } from '../../src/simulator/centre/queues.ts'
import { exponential, type Random, seededRandom } from '../../src/simulator/centre/random.ts'
import { SimulatedSkill } from '../../src/simulator/centre/skill.ts'
import { erlangC, oneSkill } from './helpers.ts'

/** Long, so that the rounding of events to whole seconds changes nothing. */
const meanTalk = 20_000

/** An M/M/c queue: no ringing, no after-call work, no pauses; all callers wait. */
const idealBehaviour: Behaviour = {
  talkSeconds: (random) => Math.max(1, Math.round(exponential(random, meanTalk))),
  afterCallWorkSeconds: () => 0,
  outboundTalkSeconds: () => 0,
  internalTalkSeconds: () => 0,
  patienceSeconds: () => Number.POSITIVE_INFINITY,
  missesCall: () => false,
  ringSeconds: () => 0,
  missedRingSeconds: 0,
  idleSecondsBeforeOutbound: () => undefined,
  callsColleague: () => false,
  shortPause: () => undefined,
}

const never = Number.MAX_SAFE_INTEGER

/** The mean of the means of independent batches, and half the width of its 95 % confidence interval. */
function confidenceInterval(batches: readonly number[]): { mean: number; halfWidth: number } {
  const mean = batches.reduce((sum, value) => sum + value, 0) / batches.length
  const variance = batches.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (batches.length - 1)
  // Student's t for 39 degrees of freedom.
  return { mean, halfWidth: 2.023 * Math.sqrt(variance / batches.length) }
}

const batchCount = 40
const callsPerBatch = 6000

/** Mean waits (in mean talk times) and shares of waiting calls, each of `batchCount` consecutive batches. */
function simulate(agents: number, load: number, skillCount: number, seed: number) {
  const events = new EventQueue()
  const random = seededRandom(seed)
  const skills = Array.from({ length: skillCount }, (_, index) => {
    const [plan = expect.fail()] = oneSkill
    return new SimulatedSkill({ ...plan, id: String(index) })
  })
  const arrivals = new Map<number, number>()
  const waits: number[] = []
  const distributor = new CallDistributor(events, random, idealBehaviour, skills, {
    onCallEvent: ({ kind, call, second }) => {
      if (kind === 'arrived') arrivals.set(call, second)
      // By the number of the call, not by the time of the answer.
      if (kind === 'answered') waits[call - 1] = second - (arrivals.get(call) ?? Number.NaN)
    },
  })
  for (let agent = 0; agent < agents; agent += 1)
    distributor.startShift(new SimulatedAgent(String(agent), ''), skills, never, [])
  const warmUp = callsPerBatch
  const calls = warmUp + batchCount * callsPerBatch
  receiveCalls(events, random, meanTalk / load, calls + 100, (index) => {
    const skill = skills[index % skills.length]
    if (skill !== undefined) distributor.receiveCall(skill)
  })
  events.runUntil(never - 1)
  const batches = Array.from({ length: batchCount }, (_, batch) =>
    waits.slice(warmUp + batch * callsPerBatch, warmUp + (batch + 1) * callsPerBatch),
  )
  const shares = (holds: (wait: number) => number) =>
    confidenceInterval(
      batches.map((batch) => batch.reduce((sum, wait) => sum + holds(wait), 0) / batch.length),
    )
  return {
    meanWait: shares((wait) => wait / meanTalk),
    waiting: shares((wait) => (wait > 0 ? 1 : 0)),
    late: shares((wait) => (wait > 0.2 * meanTalk ? 1 : 0)),
  }
}

function receiveCalls(
  events: EventQueue,
  random: Random,
  meanInterval: number,
  count: number,
  receive: (index: number) => void,
): void {
  let time = 0
  const scheduleNext = (index: number) => {
    if (index === count) return
    time += exponential(random, meanInterval)
    events.schedule(Math.ceil(time), () => {
      receive(index)
      scheduleNext(index + 1)
    })
  }
  scheduleNext(0)
}

describe('Erlang C', () => {
  // Known values, such as ρ = 0.8 with 5 and with 20 agents.
  it.each([
    [1, 0.5, 0.5],
    [5, 4, 0.5541],
    [20, 16, 0.2561],
  ])('gives the known probability for %d agents and %d erlangs', (agents, load, expected) => {
    expect(erlangC(load, agents)).toBeCloseTo(expected, 3)
  })
})

describe('with exponential arrivals and talk times and patient callers', () => {
  it.each([
    { agents: 1, load: 0.6, skills: 1 },
    { agents: 5, load: 4, skills: 1 },
    { agents: 20, load: 16, skills: 1 },
    { agents: 20, load: 16, skills: 3 },
  ])(
    'the waits of $skills skills at $agents agents and $load erlangs agree with Erlang C',
    ({ agents, load, skills }) => {
      const { meanWait, waiting, late } = simulate(agents, load, skills, 11)
      const probability = erlangC(load, agents)
      const expected = [
        [meanWait, probability / (agents - load)],
        [waiting, probability],
        [late, probability * Math.exp(-0.2 * (agents - load))],
      ] as const
      for (const [{ mean, halfWidth }, value] of expected) {
        expect(Math.abs(mean - value)).toBeLessThan(halfWidth)
        // A wide interval would prove nothing.
        expect(halfWidth).toBeLessThan(0.1 * value)
      }
    },
  )
})
