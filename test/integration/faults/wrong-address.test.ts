import { describe, expect, it } from 'vitest'
import { answerWith } from '../../support/helpers.ts'
import { startExporterHere } from './exporters.ts'
import { growth, look, lookUntil, sampleOf } from './page.ts'
import { startPair, usePairs } from './pairs.ts'
import type { Misbehaviour } from './wolkvox.ts'

const withPair = usePairs(() => startPair(startExporterHere))

const HTML = '<!doctype html><html><body>Not here</body></html>'

const rows: readonly { what: string; how: Misbehaviour; reason: string }[] = [
  { what: '404 with a page', how: { answer: answerWith(HTML, 404) }, reason: 'not_found' },
  { what: '405 with a page', how: { answer: answerWith(HTML, 405) }, reason: 'http_error' },
  { what: '200 with a page', how: { answer: answerWith(HTML) }, reason: 'malformed' },
  { what: '200 of another API', how: { answer: answerWith('{"status":"ok"}') }, reason: 'malformed' },
  {
    what: 'another protocol',
    how: { connection: (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')) },
    reason: 'http_error',
  },
]

const REFRESHES = 4

describe.concurrent('what answers at a wrong address', () => {
  it.for(rows)('costs one call a refresh: $what', ({ how, reason }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const refreshes = 'wolkvox_refreshes_total'
      const requests = 'wolkvox_api_requests_total'
      await wolkvox.misbehave(how)
      // The refresh that was under way may still have been a good one.
      const before = await lookUntil(exporter.url, 'failure', (now) => sampleOf(now, 'wolkvox_up') === 0)
      const after = await lookUntil(
        exporter.url,
        'further refreshes',
        (now) => sampleOf(now, refreshes) >= sampleOf(before, refreshes) + REFRESHES,
      )
      const refreshed = sampleOf(after, refreshes) - sampleOf(before, refreshes)
      // One more call may be in flight.
      expect(sampleOf(after, requests) - sampleOf(before, requests)).toBeLessThanOrEqual(refreshed + 1)
      expect(growth(before, after, 'wolkvox_refresh_failures_total')).toEqual({ [reason]: refreshed })
      await wolkvox.behave(wolkvox.records())
      await lookUntil(exporter.url, 'good refresh', (now) => sampleOf(now, 'wolkvox_up') === 1)
      expect((await look(exporter.url)).status).toBe(200)
    }),
  )
})
