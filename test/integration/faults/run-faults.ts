import { it, type TaskMeta } from 'vitest'
import type { RunningExporter } from './exporters.ts'
import {
  expectLastGoodData,
  expectReason,
  expectWhole,
  runScenario,
  type ScenarioResult,
} from './fault-scenario.ts'
import type { Fault } from './faults.ts'
import { startPair, usePairs } from './pairs.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Measurements, for Vitest's JSON report. */
    scenario?: { reason: string; recoveryMs: number; slowestAnswerMs: number; peakMb?: number }
  }
}

/** Adds measurements to the test's result. */
export function note(
  { meta }: { readonly meta: TaskMeta },
  reason: string,
  { during, recovering, recoveryMs, peak }: ScenarioResult & { readonly peak?: number },
): void {
  meta.scenario = {
    reason,
    recoveryMs: Math.round(recoveryMs),
    slowestAnswerMs: Math.round(Math.max(...[...during, ...recovering].map(({ ms }) => ms))),
    ...(peak === undefined ? {} : { peakMb: Math.round(peak / 2 ** 20) }),
  }
}

/** Checks everything that the contract promises for a failed refresh. */
export function expectFailureAndRecovery(scenario: ScenarioResult, reason: string): void {
  expectReason(scenario, reason)
  expectLastGoodData(scenario)
  expectWhole(scenario)
}

/** Runs a scenario for each of these faults, on a few exporters at a time. */
export function runFaults(
  faults: readonly Fault[],
  start: (wolkvoxUrl: string) => Promise<RunningExporter>,
): void {
  const withPair = usePairs(() => startPair(start))

  it.concurrent.for(faults)('$what: $reason', ({ how, reason }, { task }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const scenario = await runScenario(exporter, wolkvox, how)
      note(task, reason, scenario)
      expectFailureAndRecovery(scenario, reason)
    }),
  )
}
