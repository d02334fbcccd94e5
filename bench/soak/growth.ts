import type { Sample } from './sample.ts'

// What a sample finds open depends on whether it falls into a call, a wait or the writing of a file: that may move a
// median by a connection and a file. In an hour, one left open in a hundred refreshes makes 18 between the quarters.
const OPEN_TOLERANCE = 2

const MEMORY_TOLERANCE = 0.1

export const MEMORY = 'process_resident_memory_bytes'

// Of each: it must not grow.
const OPEN = /^(process_open_fds|nodejs_active_(resources|handles))\b/

const MIB = 2 ** 20

/** Neither what is open nor the memory may have grown since all has settled. */
export function judgeGrowth(
  samples: readonly Sample[],
  judgeMemory: boolean,
  breach: (text: string) => void,
): void {
  for (const series of openSeries(samples)) {
    const { base, last } = compare(samples, series)
    if (last > base + OPEN_TOLERANCE) breach(`${series} has grown from ${base} to ${last}`)
  }
  const { base, last } = compare(samples, MEMORY)
  // Either way: a base that was still falling could hide what is left behind.
  if (judgeMemory && !(Math.abs(last / base - 1) <= MEMORY_TOLERANCE)) {
    breach(`memory has gone from ${mib(base)} to ${mib(last)}`)
  }
}

export function openSeries(samples: readonly Sample[]): string[] {
  const all = new Set(samples.flatMap(({ figures }) => [...figures.keys()]))
  return [...all].filter((series) => OPEN.test(series)).sort()
}

/** Medians of the second quarter, when all has settled, and of the last. */
function compare(samples: readonly Sample[], series: string) {
  return { base: medianOfQuarter(samples, series, 2), last: medianOfQuarter(samples, series, 4) }
}

export function medianOfQuarter(samples: readonly Sample[], series: string, quarter: 1 | 2 | 3 | 4): number {
  const from = Math.floor(((quarter - 1) * samples.length) / 4)
  const to = Math.floor((quarter * samples.length) / 4)
  // A type of resource of which there is none has no sample.
  const values = samples.slice(from, to).map(({ figures }) => figures.get(series) ?? 0)
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

export const mib = (bytes: number) => `${(bytes / MIB).toFixed(0)} MiB`
