import { afterAll } from 'vitest'
import type { RunningExporter } from './exporters.ts'
import { startWolkvox, type Wolkvox } from './wolkvox.ts'

/** A wolkvox with the exporter that reads it. */
export interface Pair<E extends RunningExporter = RunningExporter> {
  readonly wolkvox: Wolkvox
  readonly exporter: E
}

/** A wolkvox that speaks plain HTTP, with an exporter that this starts for its URL. */
export async function startPair<E extends RunningExporter>(
  start: (wolkvoxUrl: string) => Promise<E>,
): Promise<Pair<E>> {
  const wolkvox = await startWolkvox()
  return { wolkvox, exporter: await start(wolkvox.url) }
}

/**
 * Pairs for the tests of a file that run side by side, as most of each is waiting. They are used again and again, and
 * end with the file.
 *
 * @param most started; who wants one more waits
 * @returns takes a pair for the time of the work; one that has failed is not used again, lest others fail of it
 */
export function usePairs<E extends RunningExporter>(
  start: () => Promise<Pair<E>>,
  most = 5,
): <T>(work: (pair: Pair<E>) => Promise<T>) => Promise<T> {
  const started: Pair<E>[] = []
  const free: Pair<E>[] = []
  const waiting: (() => void)[] = []
  let places = most
  afterAll(async () => {
    for (const { exporter, wolkvox } of started) {
      await exporter.stop()
      await wolkvox.close()
    }
  })

  async function startAnother(): Promise<Pair<E>> {
    const pair = await start()
    started.push(pair)
    return pair
  }

  return async (work) => {
    if (places === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else places -= 1
    try {
      const pair = free.pop() ?? (await startAnother())
      const result = await work(pair)
      free.push(pair)
      return result
    } finally {
      const next = waiting.shift()
      if (next === undefined) places += 1
      else next()
    }
  }
}
