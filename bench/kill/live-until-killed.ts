import { setTimeout as sleep } from 'node:timers/promises'
import { getMetrics, type ServeProcess } from '../serve-process.ts'
import type { History } from './history.ts'
import { type Life, lifeOf } from './life.ts'
import type { Moment, Signs } from './moments.ts'

const SCRAPE_EVERY_MS = 150

// For what has to come, on a machine that is busy with other things too.
const PATIENCE_MS = 20_000

/** What a life is played in. */
export interface Stage extends Omit<Signs, 'exporter'> {
  readonly moment: Moment
  /** Of the moment's spread, from 0 to 1. */
  readonly share: number
  readonly history: History
  /** Told of each breach. */
  readonly report: (text: string) => void
}

/** Plays one life: it is scraped until, at its moment, it is killed. */
export async function liveUntilKilled(exporter: ServeProcess, stage: Stage): Promise<Life> {
  const life = lifeOf(exporter)
  await Promise.all([scrapeUntilKilled(life, stage), killAtItsMoment(life, stage)])
  await stage.history.learn(life, stage.report)
  return life
}

async function killAtItsMoment(life: Life, stage: Stage): Promise<void> {
  const { moment, share, report } = stage
  const { exporter } = life
  const tooLate = sleep(PATIENCE_MS, 'too late', { ref: false })
  try {
    const outcome = await Promise.race([moment.from({ ...stage, exporter }), tooLate, exporter.exited])
    if (outcome === 'too late') report(`within ${PATIENCE_MS / 1000} s the moment to kill it did not come`)
    const pause = share * moment.spread
    // A timer takes a millisecond at least, in which a small file is written.
    if (pause >= 1) await Promise.race([sleep(pause), exporter.exited])
    if (exporter.hasExited()) report('it has ended by itself')
  } finally {
    life.killedAt = Date.now()
    await exporter.kill()
  }
}

async function scrapeUntilKilled(life: Life, { calls, history, report }: Stage): Promise<void> {
  const url = await life.exporter.url
  if (url === undefined) return
  life.listening = true
  while (life.killedAt === undefined) {
    const callsBefore = calls.times.length
    try {
      const { bytes } = await getMetrics(url, { reset: true })
      for (const fault of history.judge(life, bytes.toString(), callsBefore)) report(fault)
    } catch (error) {
      // From the kill on connections break; not before.
      if (life.killedAt === undefined) report(`/metrics: ${error}`)
    }
    await sleep(SCRAPE_EVERY_MS)
  }
}
