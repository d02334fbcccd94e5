import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { simulatorDefaults, startSimulator } from '../src/simulator/simulator.ts'
import { watchCalls } from './kill/calls.ts'
import { createHistory } from './kill/history.ts'
import { liveUntilKilled } from './kill/live-until-killed.ts'
import { anyTime, type Moment, moments } from './kill/moments.ts'
import { INTERVAL_MS, LATENCY_MS, settingsFor } from './kill/settings.ts'
import { watchWriting } from './kill/writing.ts'
import { type BenchReport, positive, randomNumbers, runBench } from './run-bench.ts'
import { startServe } from './serve-process.ts'

/** What a run of kills is made of. */
export interface KillOptions {
  readonly kills: number
  /** Whole; the same seed draws the same moments. */
  readonly seed: number
  readonly print: (text: string) => void
}

// Enough that writing the file takes longer than a single system call.
const AGENTS = 200

const KILLS_A_LINE = 20

// Where so much is wrong, more of the same tells nothing.
const ENOUGH_BREACHES = 50

/**
 * Kills a running exporter at random moments, again and again, and checks after each restart that nothing of what it
 * had kept is lost, broken or older than before, and that the restarts have cost no call.
 */
export async function killAtRandomMoments(options: KillOptions): Promise<BenchReport> {
  const { kills, seed, print } = options
  const startedAt = performance.now()
  const breaches: string[] = []
  const breach = (text: string) => {
    breaches.push(text)
    print(`BREACH: ${text}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-kill-'))
  const centre = { ...simulatorDefaults, port: 0, agents: AGENTS, seed, latencyMs: LATENCY_MS }
  const simulator = await startSimulator(centre)
  const calls = watchCalls(breach)
  const writing = watchWriting(folder)
  const history = createHistory(folder, calls, new Set(simulator.report().map(({ agent_id }) => agent_id)))
  const random = randomNumbers(seed)
  const live = (moment: Moment, share: number, report: (text: string) => void) =>
    liveUntilKilled(startServe(settingsFor(simulator.url), folder), {
      moment,
      share,
      calls,
      writing,
      history,
      report,
    })
  try {
    for (let kill = 1; kill <= kills && breaches.length < ENOUGH_BREACHES; kill += 1) {
      const moment = moments[Math.floor(random() * moments.length)] ?? anyTime
      await live(moment, random(), onceEach(`life ${kill}`, breach))
      if (kill % KILLS_A_LINE === 0 || kill === kills) {
        print(`${kill} kills: ${calls.times.length} calls, ${breaches.length} breaches`)
      }
    }
    const afterAll = onceEach('after the last kill', breach)
    const last = await live(anyTime, 1, afterAll)
    if (last.served.length < 2) afterAll('it did not go on refreshing')
    if (calls.times.length !== simulator.requests) {
      breach(`${calls.times.length} calls were seen, yet the simulator has counted ${simulator.requests}`)
    }
  } finally {
    calls.close()
    writing.close()
    await simulator.close()
    await rm(folder, { recursive: true })
  }
  const tookMs = performance.now() - startedAt
  return {
    breaches,
    summary: [
      ['restarts', history.lives()],
      ...history.summary(),
      ['calls', calls.times.length],
      ['calls that the time allows', Math.floor(tookMs / INTERVAL_MS) + 1],
      ['closest two calls', `${calls.closestMs()} ms of ${INTERVAL_MS} ms`],
      ['took', `${Math.round(tookMs / 1000)} s`],
      ['breaches', breaches.length],
    ],
  }
}

/** A page is asked for many times in a life: the same complaint is made once. */
function onceEach(where: string, breach: (text: string) => void): (text: string) => void {
  const made = new Set<string>()
  return (text) => {
    if (!made.has(text)) breach(`${where}: ${text}`)
    made.add(text)
  }
}

if (import.meta.main) {
  const { kills, seed } = parseArgs({
    options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
  }).values
  await runBench((print) =>
    killAtRandomMoments({ kills: positive('kills', kills), seed: positive('seed', seed), print }),
  )
}
