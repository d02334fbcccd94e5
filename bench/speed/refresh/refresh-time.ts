import { withCleanup } from '../cleanup.ts'
import { type Figure, ratios } from '../figure.ts'
import type { BenchOptions } from '../options.ts'
import { inWords } from '../sizes.ts'
import { startRefreshing } from './refreshing.ts'

const SMALL = 5000
const LARGE = 60_000

const MOST_TIMES_ALONE = 1.6

// Twelve times the agents: no more than linear.
const MOST_GROWTH = 12

/** How long a refresh takes, beside parsing and compressing alone, and how that grows with the agents. */
export async function measureRefresh(options: BenchOptions): Promise<Figure[]> {
  options.print(`refresh, ${inWords(SMALL)} and ${inWords(LARGE)} agents`)
  const small: number[] = []
  const large: number[] = []
  const alone: number[] = []
  await withCleanup(async (defer) => {
    const [few, many] = [await startRefreshing(SMALL, defer), await startRefreshing(LARGE, defer)]
    for (let round = 0; round < options.rounds; round += 1) {
      small.push(await few.refresh())
      large.push(await many.refresh())
      alone.push(await many.parseAndGzip())
    }
  })
  const at = inWords(LARGE)
  return [
    {
      what: 'refresh, last byte read to new bytes served, against `JSON.parse` + `gzip -6` alone',
      at,
      unit: '×',
      values: ratios(large, alone),
      target: { bound: 'at most', value: MOST_TIMES_ALONE, of: 'median' },
    },
    { what: 'of the exporter', at, unit: 'ms', values: large },
    { what: 'of `JSON.parse` + `gzip -6`', at, unit: 'ms', values: alone },
    {
      what: 'growth of the refresh time',
      at: `${inWords(SMALL)} to ${at}`,
      unit: '×',
      values: ratios(large, small),
      target: { bound: 'at most', value: MOST_GROWTH, of: 'median' },
    },
    { what: 'of the exporter', at: inWords(SMALL), unit: 'ms', values: small },
  ]
}
