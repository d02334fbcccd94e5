import { once, REPORT } from './selection.ts'

/** The values of {@link dataState}. */
export const dataStates = { fresh: 0, failing: 1, stale: 2 } as const

// `or` keeps only one of two series with the same labels; this label makes the conditions of a report different series.
const part = (name: string, expression: string) => `label_replace(${expression}, "part", "${name}", "", "")`

/**
 * The worst state of the selected reports. Failing: the last refresh failed. Stale: the data is too old, there is none yet, or no
 * exporter exposes the report any more.
 */
export function dataState(selection: string): string {
  const staleAfter = `wolkvox_stale_after_seconds{${selection}}`
  const fetched = `wolkvox_last_success_timestamp_seconds{${selection}}`
  const conditions = [
    // The age at the scrape, as the exporter sees it. With the age now, the demo would be stale between two scrapes.
    part('age', `${dataStates.stale} * (timestamp(${fetched}) - ${fetched} > bool ${staleAfter})`),
    part('never', `${dataStates.stale} * (${staleAfter} > bool 0) unless ${fetched}`),
    part(
      'gone',
      `${dataStates.stale} * (${once(`last_over_time(${staleAfter}[1h])`, REPORT)} > bool 0) unless on (${REPORT}) ${staleAfter}`,
    ),
    part('refresh', `${dataStates.failing} * (wolkvox_up{${selection}} == bool 0)`),
  ]
  return `max(${conditions.join(' or ')})`
}

// Clocks may differ, so an age could be negative.
const ages = (selection: string) =>
  `clamp_min(time() - ${once(`wolkvox_last_success_timestamp_seconds{${selection}}`, REPORT)}, 0)`

/** The age of each report's data as a share of the age at which it is stale: reports with different intervals compare. */
const ageShares = (selection: string) =>
  `${ages(selection)} / on (${REPORT}) ${once(`wolkvox_stale_after_seconds{${selection}}`, REPORT)}`

/** The report that is nearest to being stale. */
const oldest = (selection: string) => `topk(1, ${ageShares(selection)})`

/** The age of the data that is nearest to being stale, with its operation and report. */
export const dataAge = (selection: string): string =>
  `${ages(selection)} and on (${REPORT}) ${oldest(selection)}`

/** The share of its stale age that the data of each report reached since the point before: the age itself is a sawtooth. */
export const ageThroughTime = (selection: string): string =>
  `max_over_time((${ageShares(selection)})[$__interval:1m])`

/** How long until the data that is nearest to being stale is fetched again; zero during a refresh. */
export function nextRefresh(selection: string): string {
  const next = once(`wolkvox_next_refresh_timestamp_seconds{${selection}}`, REPORT)
  return `clamp_min(min(${next} and on (${REPORT}) ${oldest(selection)} or ${next} unless on () ${ages(selection)}) - time(), 0)`
}
