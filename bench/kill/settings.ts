import { simulatorDefaults } from '../../src/simulator/simulator.ts'

// Of each answer of the simulated wolkvox, so that a kill can fall into the fetch.
export const LATENCY_MS = 400

export const INTERVAL_MS = 2000

/** Of the exporter that is killed. */
export function settingsFor(url: string) {
  return {
    WOLKVOX_BASE_URL: url,
    WOLKVOX_SERVER: simulatorDefaults.server,
    WOLKVOX_TOKEN: simulatorDefaults.token,
    WOLKVOX_REFRESH_INTERVAL: `${INTERVAL_MS / 1000}s`,
    // After some quick kills in a row the data is old: it is to be seen all the same.
    WOLKVOX_STALE_AFTER: '1h',
    WOLKVOX_TIMEZONE: zoneFarFromMidnight(),
  }
}

const NOON = 12

/** The count of a day's calls is checked, so the day must not turn meanwhile. */
function zoneFarFromMidnight(): string {
  return new Date().getUTCHours() < NOON ? 'UTC' : 'Etc/GMT+12'
}
