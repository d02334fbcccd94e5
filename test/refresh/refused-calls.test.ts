import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fieldReaders } from '../../src/exposition/agent-families.ts'
import { createAttempt } from '../../src/refresh/attempt.ts'
import { type Refresher, startRefresher } from '../../src/refresh/refresher.ts'
import { noStorage } from '../../src/refresh/storage.ts'
import { createTokenQueue } from '../../src/refresh/token-queue.ts'
import { anOperation } from '../support/helpers.ts'

const NOON = Date.parse('2026-03-10T17:00:00Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const HTML = '<!doctype html><html><body>Not here</body></html>'

let refresher: Refresher

/**
 * Starts an operation whose every call brings this answer.
 *
 * @param retryAfter the header; a number means an HTTP date that many seconds ahead of each call
 * @returns the seconds at which calls are sent
 */
function startWith(status: number, body = '', retryAfter: string | number | (() => string) = ''): number[] {
  const starts: number[] = []
  const attempt = createAttempt({
    fetchReport: async () => {
      starts.push((Date.now() - NOON) / 1000)
      const fetchedAt = Date.now()
      const header =
        typeof retryAfter === 'number'
          ? new Date(fetchedAt + retryAfter * 1000).toUTCString()
          : typeof retryAfter === 'string'
            ? retryAfter
            : retryAfter()
      return { status, body: Buffer.from(body), fetchedAt, retryAfter: header }
    },
    fields: fieldReaders,
    render: async () => [],
  })
  refresher = startRefresher(anOperation(), {
    fields: [],
    tokens: createTokenQueue(),
    storage: noStorage,
    onWait: () => {},
    onRetry: () => {},
    onRefresh: () => {},
    attempt,
  })
  return starts
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON })
  // In the middle of the jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})

afterEach(async () => {
  await refresher.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

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
    const starts = startWith(status, body)
    await vi.advanceTimersByTimeAsync(DAY - 1)
    expect(starts).toHaveLength(288)
    expect(refresher.state()).toMatchObject({ requests: 288, refreshes: 288, failures: { [reason]: 288 } })
  })
})

describe('Retry-After', () => {
  it.each([
    ['429, as seconds', 429, '30', 'rate_limited'],
    ['429, as an HTTP date', 429, 30, 'rate_limited'],
    ['503, as seconds', 503, '30', 'http_error'],
    ['503, as an HTTP date', 503, 30, 'http_error'],
  ] as const)('decides when the retries come: %s', async (_what, status, retryAfter, reason) => {
    const starts = startWith(status, '', retryAfter)
    await vi.advanceTimersByTimeAsync(6 * MINUTE - 1)
    expect(starts).toEqual([0, 30, 60, 300, 330])
    expect(refresher.state()).toMatchObject({ failures: { [reason]: 1 }, refreshes: 1, requests: 5 })
  })

  it('inside an HTTP 200 does the same', async () => {
    const starts = startWith(200, '{"code":"429","msg":"TOO MANY REQUESTS"}', '30')
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(starts).toEqual([0, 30, 60])
  })

  it.each([
    ['of an hour', '3600'],
    ['of exactly the interval', '300'],
    ['of years', '99999999999999999999'],
    ['at a date in years', 'Fri, 10 Mar 2036 15:00:00 GMT'],
  ])('%s means no retry, and the next refresh comes as planned', async (_what, retryAfter) => {
    const starts = startWith(429, '', retryAfter)
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(starts).toEqual([0, 300, 600])
  })

  it('that fits no more after the first retry ends the refresh, and the next waits for it too', async () => {
    const starts = startWith(429, '', '200')
    await vi.advanceTimersByTimeAsync(14 * MINUTE)
    expect(starts).toEqual([0, 200, 400, 600, 800])
  })

  it('that is longer than the interval delays the next refresh by one interval at most', async () => {
    let call = 0
    const starts = startWith(429, '', () => {
      call += 1
      return call === 1 ? '10' : '3600'
    })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(starts).toEqual([0, 10, 310])
  })

  it.each(['', '0', '-5', 'NaN', 'tomorrow', '1e3', 'Tue, 10 Mar 2020 15:00:00 GMT'])(
    'of %j is ignored: the retries come after the usual delays',
    async (retryAfter) => {
      const starts = startWith(429, '', retryAfter)
      await vi.advanceTimersByTimeAsync(MINUTE)
      expect(starts).toEqual([0, 5, 20])
    },
  )
})
