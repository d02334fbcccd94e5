import type { FaultyWolkvox } from '../faulty-wolkvox.ts'
import type { Row } from '../run-bench.ts'
import { MEMORY, medianOfQuarter, mib, openSeries } from './checks.ts'
import type { SoakSample } from './scrape.ts'

export const SAMPLES_PER_LINE = 60

/** A line of progress about the latest samples. */
export function progressOf(samples: readonly SoakSample[], wolkvox: FaultyWolkvox): string {
  const recent = samples.slice(-SAMPLES_PER_LINE)
  const latest = (series: string) => recent.at(-1)?.values.get(series) ?? 0
  return [
    `${samples.length} scrapes, slowest of the last ${recent.length}: ${slowest(recent)}`,
    mib(latest(MEMORY)),
    `${latest('process_open_fds')} files`,
    `${latest('nodejs_active_resources Timeout')} timers`,
    `${wolkvox.calls()} calls`,
  ].join(', ')
}

const slowest = (samples: readonly SoakSample[]) =>
  `${Math.round(Math.max(...samples.map(({ tookMs }) => tookMs)))} ms`

export function summaryOf(
  samples: readonly SoakSample[],
  wolkvox: FaultyWolkvox,
  violations: readonly string[],
): readonly Row[] {
  const quarters = (series: string, show: (value: number) => string | number) =>
    ([1, 2, 3, 4] as const).map((quarter) => show(medianOfQuarter(samples, series, quarter))).join(' · ')
  const last = [...(samples.at(-1)?.values ?? [])]
  const failures = last
    .filter(([series, value]) => series.startsWith('wolkvox_refresh_failures_total ') && value > 0)
    .map(([series, value]) => `${series.split(' ')[1]} ${value}`)
  return [
    ['scrapes, slowest', `${samples.length}, ${slowest(samples)}`],
    ['refreshes', samples.at(-1)?.values.get('wolkvox_refreshes_total') ?? 0],
    ['failures by reason', failures.join(', ')],
    ['calls', wolkvox.calls()],
    ['faults sent', wolkvox.faultsSent()],
    [`${MEMORY}, median of each quarter`, quarters(MEMORY, mib)],
    ...openSeries(samples).map((series): Row => [series, quarters(series, (value) => value)]),
    ['violations', violations.length],
  ]
}
