import { SLOW_ANSWER_MS } from '../faulty-wolkvox.ts'

export const INTERVAL_MS = 1000

// A slow answer is to stay well within it: it is slow, not a failure.
export const TIMEOUT_MS = 2 * SLOW_ANSWER_MS

/** Of the exporter that is soaked. */
export function settingsFor(url: string) {
  return {
    WOLKVOX_BASE_URL: url,
    WOLKVOX_SERVER: '0000',
    WOLKVOX_TOKEN: 'soaked-token',
    WOLKVOX_REFRESH_INTERVAL: `${INTERVAL_MS / 1000}s`,
    WOLKVOX_TIMEOUT: `${TIMEOUT_MS / 1000}s`,
    // A million calls a day: the quota must not be what ends the refreshing.
    WOLKVOX_LICENSES: '1000',
  }
}
