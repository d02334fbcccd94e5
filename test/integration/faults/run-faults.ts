import { it, type TaskMeta } from 'vitest'
import type { RunningExporter } from './exporters.ts'
import type { Fault } from './faults.ts'
import { expectLastGoodData, expectReason, expectWhole, type Ordeal, suffer } from './ordeal.ts'
import { startPair, usePairs } from './pairs.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What was measured, for whoever asks Vitest for its JSON report. */
    ordeal?: { reason: string; recoveryMs: number; slowestAnswerMs: number; peakMb?: number }
  }
}

/** Notes what was measured beside the test's result. */
export function note(
  { meta }: { readonly meta: TaskMeta },
  reason: string,
  { during, recovering, recoveryMs, peak }: Ordeal & { readonly peak?: number },
): void {
  meta.ordeal = {
    reason,
    recoveryMs: Math.round(recoveryMs),
    slowestAnswerMs: Math.round(Math.max(...[...during, ...recovering].map(({ ms }) => ms))),
    ...(peak === undefined ? {} : { peakMb: Math.round(peak / 2 ** 20) }),
  }
}

/** All that is promised of a failed refresh. */
export function expectFailedAndMended(ordeal: Ordeal, reason: string): void {
  expectReason(ordeal, reason)
  expectLastGoodData(ordeal)
  expectWhole(ordeal)
}

/** Lets exporters suffer these faults, one after the other, a few exporters at a time. */
export function runFaults(
  faults: readonly Fault[],
  start: (wolkvoxUrl: string) => Promise<RunningExporter>,
): void {
  const withPair = usePairs(() => startPair(start))

  it.concurrent.for(faults)('$what: $reason', ({ how, reason }, { task }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const ordeal = await suffer(exporter, wolkvox, how)
      note(task, reason, ordeal)
      expectFailedAndMended(ordeal, reason)
    }),
  )
}
