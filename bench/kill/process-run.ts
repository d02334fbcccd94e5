import { setTimeout as sleep } from 'node:timers/promises'
import { getMetrics, type ServeProcess } from '../serve-process.ts'
import type { History } from './history.ts'
import type { KillTime, Observations } from './kill-times.ts'
import { newRun, type ProcessRun } from './run-record.ts'

const SCRAPE_EVERY_MS = 150

// Long enough for a busy machine.
const TIMEOUT_MS = 20_000

/** What a run of one process needs. */
export interface RunContext extends Omit<Observations, 'exporter'> {
  readonly killTime: KillTime
  /** Share of the longest delay, from 0 to 1. */
  readonly share: number
  readonly history: History
  /** Reports a violation. */
  readonly report: (text: string) => void
}

/** Scrapes a process until it is killed, then checks what it has stored. */
export async function runUntilKilled(exporter: ServeProcess, context: RunContext): Promise<ProcessRun> {
  const run = newRun(exporter)
  await Promise.all([scrapeUntilKilled(run, context), killInTime(run, context)])
  await context.history.checkAfterKill(run, context.report)
  return run
}

async function killInTime(run: ProcessRun, context: RunContext): Promise<void> {
  const { killTime, share, report } = context
  const { exporter } = run
  const timeout = sleep(TIMEOUT_MS, 'timeout', { ref: false })
  try {
    const outcome = await Promise.race([killTime.from({ ...context, exporter }), timeout, exporter.exited])
    if (outcome === 'timeout')
      report(`the event before the kill did not happen within ${TIMEOUT_MS / 1000} s`)
    const pause = share * killTime.maxDelayMs
    // A timer takes at least a millisecond, in which a small file can be written.
    if (pause >= 1) await Promise.race([sleep(pause), exporter.exited])
    if (exporter.hasExited()) report('it exited before the kill')
  } finally {
    run.killedAt = Date.now()
    await exporter.kill()
  }
}

async function scrapeUntilKilled(run: ProcessRun, { calls, history, report }: RunContext): Promise<void> {
  const url = await run.exporter.url
  if (url === undefined) return
  run.listening = true
  while (run.killedAt === undefined) {
    const callsBefore = calls.times.length
    try {
      const { bytes } = await getMetrics(url, { reset: true })
      for (const problem of history.checkBody(run, bytes.toString(), callsBefore)) report(problem)
    } catch (error) {
      // After the kill, connection errors are expected.
      if (run.killedAt === undefined) report(`/metrics: ${error}`)
    }
    await sleep(SCRAPE_EVERY_MS)
  }
}
