import { it, type TaskMeta } from 'vitest'
import type { RunningExporter } from './exporters.ts'
import {
  expectAllAgents,
  expectLastGoodData,
  expectReason,
  runScenario,
  type ScenarioResult,
} from './fault-scenario.ts'
import type { Fault } from './faults.ts'
import { startPair, usePairs } from './pairs.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Figures for the JSON report of Vitest. */
    result?: { reason: string; recoveryMs: number; slowestScrapeMs: number; peakMb?: number }
  }
}

/** Adds the figures to the result of the test. */
export function recordFigures(
  { meta }: { readonly meta: TaskMeta },
  reason: string,
  { during, recovering, recoveryMs, peak }: ScenarioResult & { readonly peak?: number },
): void {
  meta.result = {
    reason,
    recoveryMs: Math.round(recoveryMs),
    slowestScrapeMs: Math.round(Math.max(...[...during, ...recovering].map(({ ms }) => ms))),
    ...(peak === undefined ? {} : { peakMb: Math.round(peak / 2 ** 20) }),
  }
}

/** Checks all guarantees for a failed refresh. */
export function expectFailedAndRecovered(result: ScenarioResult, reason: string): void {
  expectReason(result, reason)
  expectLastGoodData(result)
  expectAllAgents(result)
}

/** Runs a scenario for each fault, on a few exporters in parallel. */
export function runFaults(
  faults: readonly Fault[],
  start: (wolkvoxUrl: string) => Promise<RunningExporter>,
): void {
  const withPair = usePairs(() => startPair(start))

  it.concurrent.for(faults)('$what: $reason', ({ how, reason }, { task }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const result = await runScenario(exporter, wolkvox, how)
      recordFigures(task, reason, result)
      expectFailedAndRecovered(result, reason)
    }),
  )
}
