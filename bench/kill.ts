import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { simulatorDefaults, startSimulator } from '../src/simulator/simulator.ts'
import { createHistory } from './kill/history.ts'
import {
  anyTime,
  INTERVAL_MS,
  type KillTime,
  killTimes,
  LATENCY_MS,
  settingsFor,
  watchCalls,
  watchWrites,
} from './kill/kill-times.ts'
import { runUntilKilled } from './kill/process-run.ts'
import { type BenchReport, parsePositive, randomNumbers, runBench } from './run-bench.ts'
import { startServe } from './serve-process.ts'

/** Options of the bench. */
export interface KillOptions {
  readonly kills: number
  /** A whole number. The same seed gives the same times. */
  readonly seed: number
  readonly print: (text: string) => void
}

// Enough that a write takes more than one system call.
const AGENTS = 200

const KILLS_PER_LINE = 20

// More violations would give no new information.
const MAX_VIOLATIONS = 50

/**
 * Kills an exporter repeatedly at random times. Checks after each restart that no stored data is lost, broken or older than
 * before, and that restarts cause no additional call.
 */
export async function killAtRandomTimes(options: KillOptions): Promise<BenchReport> {
  const { kills, seed, print } = options
  const startedAt = performance.now()
  const violations: string[] = []
  const violation = (text: string) => {
    violations.push(text)
    print(`VIOLATION: ${text}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-kill-'))
  const centre = { ...simulatorDefaults, port: 0, agents: AGENTS, seed, latencyMs: LATENCY_MS }
  const simulator = await startSimulator(centre)
  const calls = watchCalls(violation)
  const writes = watchWrites(folder)
  const history = createHistory(folder, calls, new Set(simulator.report().map(({ agent_id }) => agent_id)))
  const random = randomNumbers(seed)
  const runOnce = (killTime: KillTime, share: number, report: (text: string) => void) =>
    runUntilKilled(startServe(settingsFor(simulator.url), folder), {
      killTime,
      share,
      calls,
      writes,
      history,
      report,
    })
  try {
    for (let kill = 1; kill <= kills && violations.length < MAX_VIOLATIONS; kill += 1) {
      const killTime = killTimes[Math.floor(random() * killTimes.length)] ?? anyTime
      await runOnce(killTime, random(), withoutRepeats(`process ${kill}`, violation))
      if (kill % KILLS_PER_LINE === 0 || kill === kills) {
        print(`${kill} kills: ${calls.times.length} calls, ${violations.length} violations`)
      }
    }
    const afterAll = withoutRepeats('after the last kill', violation)
    const last = await runOnce(anyTime, 1, afterAll)
    if (last.served.length < 2) afterAll('it stopped refreshing')
    if (calls.times.length !== simulator.requests) {
      violation(`the bench saw ${calls.times.length} calls, but the simulator counted ${simulator.requests}`)
    }
  } finally {
    calls.close()
    writes.close()
    await simulator.close()
    await rm(folder, { recursive: true })
  }
  const tookMs = performance.now() - startedAt
  return {
    violations,
    summary: [
      ['processes', history.runs()],
      ...history.summary(),
      ['calls', calls.times.length],
      ['most calls allowed in this time', Math.floor(tookMs / INTERVAL_MS) + 1],
      ['shortest time between two calls', `${calls.closestMs()} ms of ${INTERVAL_MS} ms`],
      ['duration', `${Math.round(tookMs / 1000)} s`],
      ['violations', violations.length],
    ],
  }
}

/** Reports each violation of a process once, although every scrape may find it again. */
function withoutRepeats(where: string, violation: (text: string) => void): (text: string) => void {
  const reported = new Set<string>()
  return (text) => {
    if (!reported.has(text)) violation(`${where}: ${text}`)
    reported.add(text)
  }
}

if (import.meta.main) {
  const { kills, seed } = parseArgs({
    options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
  }).values
  await runBench((print) =>
    killAtRandomTimes({ kills: parsePositive('kills', kills), seed: parsePositive('seed', seed), print }),
  )
}
