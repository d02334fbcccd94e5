import { describe, expect, it } from 'vitest'
import { answerWith } from '../../support/loopback-server.ts'
import { startExporterHere } from './exporters.ts'
import { startPair, usePairs } from './pairs.ts'
import { growth, sampleOf, scrape, scrapeUntil } from './scrape.ts'
import type { ServerFault } from './wolkvox.ts'

const withPair = usePairs(() => startPair(startExporterHere))

const HTML = '<!doctype html><html><body>Not here</body></html>'

const rows: readonly { what: string; how: ServerFault; reason: string }[] = [
  { what: '404 with HTML', how: { respond: answerWith(HTML, 404) }, reason: 'not_found' },
  { what: '405 with HTML', how: { respond: answerWith(HTML, 405) }, reason: 'http_error' },
  { what: '200 with HTML', how: { respond: answerWith(HTML) }, reason: 'malformed' },
  { what: '200 from another API', how: { respond: answerWith('{"status":"ok"}') }, reason: 'malformed' },
  {
    what: 'another protocol',
    how: { connection: (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')) },
    reason: 'http_error',
  },
]

const REFRESHES = 4

describe.concurrent('a wrong address', () => {
  it.for(rows)('causes one request a refresh: $what', ({ how, reason }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const refreshes = 'wolkvox_refreshes_total'
      const requests = 'wolkvox_api_requests_total'
      await wolkvox.startFault(how)
      // A refresh in flight can still succeed.
      const before = await scrapeUntil(exporter.url, 'failure', (now) => sampleOf(now, 'wolkvox_up') === 0)
      const after = await scrapeUntil(
        exporter.url,
        'further refreshes',
        (now) => sampleOf(now, refreshes) >= sampleOf(before, refreshes) + REFRESHES,
      )
      const refreshed = sampleOf(after, refreshes) - sampleOf(before, refreshes)
      // One more call may be in flight.
      expect(sampleOf(after, requests) - sampleOf(before, requests)).toBeLessThanOrEqual(refreshed + 1)
      expect(growth(before, after, 'wolkvox_refresh_failures_total')).toEqual({ [reason]: refreshed })
      await wolkvox.endFault(wolkvox.records())
      await scrapeUntil(exporter.url, 'good refresh', (now) => sampleOf(now, 'wolkvox_up') === 1)
      expect((await scrape(exporter.url)).status).toBe(200)
    }),
  )
})
