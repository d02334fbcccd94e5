import { setTimeout as sleep } from 'node:timers/promises'
import { parseExposition } from '../../tools/parse-exposition.ts'
import type { FaultyWolkvox } from '../faulty-wolkvox.ts'
import { INTERVAL_MS, plain, type SoakSample, scrape, TIMEOUT_MS } from './scrape.ts'

// Calls and writes open a connection or a file for a short time, which can change a median by one each. A leak in one of a hundred
// refreshes opens 18 between the two quarters of an hour.
const OPEN_TOLERANCE = 2

const MEMORY_TOLERANCE = 0.1

export const MEMORY = 'process_resident_memory_bytes'

// The number of each must not grow.
const OPEN = /^(process_open_fds|nodejs_active_(resources|handles))\b/

const MIB = 2 ** 20

/** Checks that open resources and memory have not grown since the second quarter. */
export function checkGrowth(
  samples: readonly SoakSample[],
  checkMemory: boolean,
  violation: (text: string) => void,
): void {
  for (const series of openSeries(samples)) {
    const { base, last } = compare(samples, series)
    if (last > base + OPEN_TOLERANCE) violation(`${series} grew from ${base} to ${last}`)
  }
  const { base, last } = compare(samples, MEMORY)
  // A decrease is a violation, too: a base that was still falling could hide a leak.
  if (checkMemory && !(Math.abs(last / base - 1) <= MEMORY_TOLERANCE)) {
    violation(`memory changed from ${mib(base)} to ${mib(last)}`)
  }
}

export function openSeries(samples: readonly SoakSample[]): string[] {
  const all = new Set(samples.flatMap(({ values }) => [...values.keys()]))
  return [...all].filter((series) => OPEN.test(series)).sort()
}

/** Medians of the second quarter, when startup effects are over, and of the last. */
function compare(samples: readonly SoakSample[], series: string) {
  return { base: medianOfQuarter(samples, series, 2), last: medianOfQuarter(samples, series, 4) }
}

export function medianOfQuarter(
  samples: readonly SoakSample[],
  series: string,
  quarter: 1 | 2 | 3 | 4,
): number {
  const from = Math.floor(((quarter - 1) * samples.length) / 4)
  const to = Math.floor((quarter * samples.length) / 4)
  // A resource type without resources has no sample.
  const ofQuarter = samples.slice(from, to).map(({ values }) => values.get(series) ?? 0)
  return ofQuarter.sort((one, other) => one - other)[Math.floor(ofQuarter.length / 2)] ?? Number.NaN
}

export const mib = (bytes: number) => `${(bytes / MIB).toFixed(0)} MiB`

// At most three calls until their timeout, and a margin for a busy machine.
const LAST_REFRESH_MS = 3 * TIMEOUT_MS + INTERVAL_MS + 10_000

/** Checks that the first refresh after the faults serves exactly what wolkvox sends. */
export async function checkLastRefresh(
  url: string,
  wolkvox: FaultyWolkvox,
  violation: (text: string) => void,
): Promise<void> {
  const expected = wolkvox.stopFaults()
  const stoppedAt = Date.now()
  for (; Date.now() - stoppedAt < LAST_REFRESH_MS; await sleep(INTERVAL_MS / 10)) {
    const samples = parseExposition((await scrape(url, plain)).text)
    const one = (name: string) => samples.find((sample) => sample.name === name)?.value
    if ((one('wolkvox_last_success_timestamp_seconds') ?? 0) * 1000 <= stoppedAt) continue
    const states = samples.filter(({ name }) => name === 'wolkvox_agent_state')
    const ids = new Set(states.map(({ labels }) => labels.agent_id ?? ''))
    const wrong = ids.symmetricDifference(expected).size
    if (wrong > 0 || one('wolkvox_up') !== 1) {
      violation(`after the faults, ${wrong} agents are wrong and wolkvox_up is ${one('wolkvox_up')}`)
    }
    return
  }
  violation(`no refresh succeeded within ${LAST_REFRESH_MS / 1000} s after the faults`)
}
