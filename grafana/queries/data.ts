import { once } from './once.ts'

/** What {@link dataState} comes to. */
export const dataStates = { fresh: 0, failing: 1, stale: 2 } as const

// Makes two conditions of one operation two series, so that `or` keeps both.
const part = (name: string, expression: string) => `label_replace(${expression}, "part", "${name}", "", "")`

/**
 * Of the worst of the operations: whether the last refresh failed, and whether the data is too old, there is none yet, or no
 * exporter says anything of it any more.
 */
export function dataState(selection: string): string {
  const staleAfter = `wolkvox_stale_after_seconds{${selection}}`
  const fetched = `wolkvox_last_success_timestamp_seconds{${selection}}`
  const conditions = [
    // Its age at the scrape, as the exporter itself judges it: by now, the demo's would be stale between two scrapes.
    part('age', `${dataStates.stale} * (timestamp(${fetched}) - ${fetched} > bool ${staleAfter})`),
    part('never', `${dataStates.stale} * (${staleAfter} > bool 0) unless ${fetched}`),
    part(
      'gone',
      `${dataStates.stale} * (${once(`last_over_time(${staleAfter}[1h])`)} > bool 0) unless on (operation) ${staleAfter}`,
    ),
    part('refresh', `${dataStates.failing} * (wolkvox_up{${selection}} == bool 0)`),
  ]
  return `max(${conditions.join(' or ')})`
}

const fetched = (selection: string) => once(`wolkvox_last_success_timestamp_seconds{${selection}}`)

/** How old the oldest data is, and whose; nothing below zero where clocks differ. */
export const dataAge = (selection: string): string => `topk(1, clamp_min(time() - ${fetched(selection)}, 0))`

/** How long until that is fetched anew; nothing below zero, as a fetch that is due is under way. */
export function nextRefresh(selection: string): string {
  const next = once(`wolkvox_next_refresh_timestamp_seconds{${selection}}`)
  return `clamp_min(min(${next} and on (operation) bottomk(1, ${fetched(selection)}) or ${next} unless on () ${fetched(selection)}) - time(), 0)`
}
