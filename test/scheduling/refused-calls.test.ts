import { describe, expect, it, vi } from 'vitest'
import { agents } from '../../src/reports/agents/index.ts'
import { read } from '../../src/worker/tasks.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { HOUR, MINUTE, type RunningReport, startReport, useFakeTime } from './run-reports.ts'

const NOON = '2026-03-10T17:00:00Z'
const DAY = 24 * HOUR

const HTML = '<!doctype html><html><body>Not here</body></html>'

useFakeTime(NOON)

/**
 * Runs a report whose every call brings this response.
 *
 * @param retryAfter the header; a number means an HTTP date that many seconds after each call
 * @returns the report, and the seconds at which calls are sent
 */
async function startWith(
  status: number,
  body = '',
  retryAfter: string | number = '',
): Promise<{ readonly report: RunningReport; readonly starts: readonly number[] }> {
  const starts: number[] = []
  const report = await startReport(async () => {
    const fetchedAt = Date.now()
    starts.push((fetchedAt - Date.parse(NOON)) / 1000)
    const header =
      typeof retryAfter === 'string' ? retryAfter : new Date(fetchedAt + retryAfter * 1000).toUTCString()
    const response = { status, body: Buffer.from(body), fetchedAt, retryAfter: header }
    return (await read(anOperation(), agents, response)).outcome
  })
  return { report, starts }
}

describe('a wrong base URL', () => {
  it.each([
    ['404 with a page', 404, HTML, 'not_found'],
    ['404 of another API', 404, '{"message":"Not Found"}', 'not_found'],
    ['404 inside an HTTP 200', 200, '{"code":"404","msg":"NOT FOUND"}', 'not_found'],
    ['405', 405, HTML, 'http_error'],
    ['410', 410, HTML, 'http_error'],
    ['407', 407, HTML, 'proxy'],
    ['401', 401, HTML, 'unauthorized'],
    ['403', 403, HTML, 'forbidden'],
    ['302', 302, '', 'redirect'],
    ['204', 204, '', 'http_error'],
    ['a page with 200', 200, HTML, 'malformed'],
    ['other JSON with 200', 200, '{"status":"ok"}', 'malformed'],
  ] as const)('costs one call in each interval: %s', async (_what, status, body, reason) => {
    const { report, starts } = await startWith(status, body)
    await vi.advanceTimersByTimeAsync(DAY - 1)
    expect(starts).toHaveLength(288)
    expect(report.state()).toMatchObject({ requests: 288, refreshes: 288, failures: { [reason]: 288 } })
  })
})

describe('Retry-After', () => {
  it.each([
    ['429, as seconds', 429, '30', 'rate_limited'],
    ['429, as an HTTP date', 429, 30, 'rate_limited'],
    ['503, as seconds', 503, '30', 'http_error'],
    ['503, as an HTTP date', 503, 30, 'http_error'],
  ] as const)('decides when the retries are sent: %s', async (_what, status, retryAfter, reason) => {
    const { report, starts } = await startWith(status, '', retryAfter)
    await vi.advanceTimersByTimeAsync(6 * MINUTE - 1)
    expect(starts).toEqual([0, 30, 60, 300, 330])
    expect(report.state()).toMatchObject({ failures: { [reason]: 1 }, refreshes: 1, requests: 5 })
  })

  it('has the same effect inside an HTTP 200', async () => {
    const { starts } = await startWith(200, '{"code":"429","msg":"TOO MANY REQUESTS"}', '30')
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(starts).toEqual([0, 30, 60])
  })

  it.each([
    ['of an hour', '3600'],
    ['of exactly the interval', '300'],
    ['of years', '99999999999999999999'],
    ['at a date in years', 'Fri, 10 Mar 2036 15:00:00 GMT'],
  ])('%s means no retry, and the next refresh comes as planned', async (_what, retryAfter) => {
    const { starts } = await startWith(429, '', retryAfter)
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(starts).toEqual([0, 300, 600])
  })

  it('that does not fit after the first retry ends the refresh, and delays the next one', async () => {
    const { report, starts } = await startWith(429, '', '200')
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(report.state()).toMatchObject({
      refreshes: 1,
      nextRefreshAt: Date.parse(NOON) + 400_000,
    })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(starts).toEqual([0, 200, 400, 600])
  })

  it.each(['', '0', '-5', 'NaN', 'tomorrow', '1e3', 'Tue, 10 Mar 2020 15:00:00 GMT'])(
    'of %j is ignored: the retries are sent after the usual delays',
    async (retryAfter) => {
      const { starts } = await startWith(429, '', retryAfter)
      await vi.advanceTimersByTimeAsync(MINUTE)
      expect(starts).toEqual([0, 5, 20])
    },
  )
})
