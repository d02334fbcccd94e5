import type { FaultyWolkvox } from '../faulty-wolkvox.ts'
import type { Row } from '../run-bench.ts'
import { MEMORY, medianOfQuarter, mib, openSeries } from './growth.ts'
import type { Sample } from './sample.ts'

export const SAMPLES_A_LINE = 60

/** A line about the latest samples. */
export function progressOf(samples: readonly Sample[], wolkvox: FaultyWolkvox): string {
  const recent = samples.slice(-SAMPLES_A_LINE)
  const figure = (series: string) => recent.at(-1)?.figures.get(series) ?? 0
  return [
    `${samples.length} scrapes, the slowest of late ${slowest(recent)}`,
    mib(figure(MEMORY)),
    `${figure('process_open_fds')} files`,
    `${figure('nodejs_active_resources Timeout')} timers`,
    `${wolkvox.calls()} calls`,
  ].join(', ')
}

const slowest = (samples: readonly Sample[]) =>
  `${Math.round(Math.max(...samples.map(({ tookMs }) => tookMs)))} ms`

export function summaryOf(
  samples: readonly Sample[],
  wolkvox: FaultyWolkvox,
  breaches: readonly string[],
): readonly Row[] {
  const quarters = (series: string, show: (value: number) => string | number) =>
    ([1, 2, 3, 4] as const).map((quarter) => show(medianOfQuarter(samples, series, quarter))).join(' · ')
  const last = [...(samples.at(-1)?.figures ?? [])]
  const failures = last
    .filter(([series, value]) => series.startsWith('wolkvox_refresh_failures_total ') && value > 0)
    .map(([series, value]) => `${series.split(' ')[1]} ${value}`)
  return [
    ['scrapes, the slowest', `${samples.length}, ${slowest(samples)}`],
    ['refreshes', samples.at(-1)?.figures.get('wolkvox_refreshes_total') ?? 0],
    ['failed by reason', failures.join(', ')],
    ['calls', wolkvox.calls()],
    ['faults sent', wolkvox.faultsSent()],
    [`${MEMORY}, median of each quarter`, quarters(MEMORY, mib)],
    ...openSeries(samples).map((series): Row => [series, quarters(series, (value) => value)]),
    ['breaches', breaches.length],
  ]
}
