import { afterAll } from 'vitest'
import type { RunningExporter } from './exporters.ts'
import { startWolkvox, type Wolkvox } from './wolkvox.ts'

/** A wolkvox and an exporter that fetches from it. */
export interface Pair<E extends RunningExporter = RunningExporter> {
  readonly wolkvox: Wolkvox
  readonly exporter: E
}

/** Starts a wolkvox with plain HTTP, and an exporter for its URL. */
export async function startPair<E extends RunningExporter>(
  start: (wolkvoxUrl: string) => Promise<E>,
): Promise<Pair<E>> {
  const wolkvox = await startWolkvox()
  return { wolkvox, exporter: await start(wolkvox.url) }
}

/**
 * Pairs for the concurrent tests of a file, which mostly wait. Pairs are reused and end with the file.
 *
 * @param max number of pairs; further tests wait
 * @returns runs the work with a pair. After a failure the pair is not reused, so that other tests do not fail too
 */
export function usePairs<E extends RunningExporter>(
  start: () => Promise<Pair<E>>,
  max = 5,
): <T>(work: (pair: Pair<E>) => Promise<T>) => Promise<T> {
  const started: Pair<E>[] = []
  const free: Pair<E>[] = []
  const waiting: (() => void)[] = []
  let available = max
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
    if (available === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else available -= 1
    try {
      const pair = free.pop() ?? (await startAnother())
      const result = await work(pair)
      free.push(pair)
      return result
    } finally {
      const next = waiting.shift()
      if (next === undefined) available += 1
      else next()
    }
  }
}
