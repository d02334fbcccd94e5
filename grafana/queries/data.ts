import { once } from './once.ts'

/** What {@link dataState} comes to. */
export const dataStates = { fresh: 0, failing: 1, stale: 2 } as const

// Makes two conditions of one operation two series, so that `or` keeps both.
const part = (name: string, expression: string) => `label_replace(${expression}, "part", "${name}", "", "")`

/** Of the worst of the operations: whether the last refresh failed, and whether the data is too old or there is none. */
export function dataState(selection: string): string {
  const staleAfter = `wolkvox_stale_after_seconds{${selection}}`
  const fetched = `wolkvox_last_success_timestamp_seconds{${selection}}`
  const conditions = [
    // Its age at the scrape, as the exporter itself judges it: by now, the demo's would be stale between two scrapes.
    part('age', `${dataStates.stale} * (timestamp(${fetched}) - ${fetched} > bool ${staleAfter})`),
    part('never', `${dataStates.stale} * (${staleAfter} > bool 0) unless ${fetched}`),
    part('refresh', `${dataStates.failing} * (wolkvox_up{${selection}} == bool 0)`),
  ]
  return `max(${conditions.join(' or ')})`
}

/** How old the oldest data is. */
export const dataAge = (selection: string): string =>
  `time() - min(${once(`wolkvox_last_success_timestamp_seconds{${selection}}`)})`

/** How long until the next fetch; nothing below zero, as one that is due is under way. */
export const nextRefresh = (selection: string): string =>
  `clamp_min(min(${once(`wolkvox_next_refresh_timestamp_seconds{${selection}}`)}) - time(), 0)`
