import { describe, expect, it } from 'vitest'
import { clockSkewMs } from '../../src/wolkvox/clock-skew.ts'
import { anEnvelope, anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'
import { answerWith, serveHttp } from '../support/loopback-server.ts'

const DATE = 'Tue, 10 Mar 2026 15:00:00 GMT'
const AT = Date.parse('2026-03-10T15:00:00Z')

describe('the clock skew', () => {
  it.each([
    ['the same second', AT, 0, 0],
    ['the end of the second, which the header does not show', AT + 999, 0, 0],
    ['a clock that is ahead', AT + 60_000, 0, 59_000],
    ['a clock that is behind', AT - 60_000, 0, -60_000],
    ['a clock without a battery, years behind', 0, 0, -AT],
    ['a slow response that explains the difference', AT + 20_000, 20_000, 0],
    ['a slow response that explains a part of it', AT + 60_000, 20_000, 39_000],
    ['a slow response of a clock that is behind', AT - 60_000, 20_000, -60_000],
  ])('of %s', (_what, receivedAt, durationMs, skew) => {
    expect(clockSkewMs(DATE, undefined, receivedAt, durationMs)).toBe(skew)
  })

  it.each<[string, string | string[] | undefined, string | undefined]>([
    ['no Date', undefined, undefined],
    ['two Dates', [DATE, DATE], undefined],
    ['an empty Date', '', undefined],
    ['a Date in another form', '2026-03-10T15:00:00Z', undefined],
    ['an impossible Date', 'Tue, 99 Mar 2026 15:00:00 GMT', undefined],
    ['a Date that is in no calendar', 'Fri, 31 Feb 2026 00:00:00 GMT', undefined],
    ['a Date of a day without a name', 'Xyz, 10 Mar 2026 15:00:00 GMT', undefined],
    ['a Date in the hour 24', 'Tue, 10 Mar 2026 24:00:00 GMT', undefined],
    ['a Date in the year 0', 'Sat, 01 Jan 0000 00:00:00 GMT', undefined],
    ['a Date before wolkvox had this API', 'Tue, 31 Dec 2019 23:59:59 GMT', undefined],
    ['a Date in the far future', 'Fri, 31 Dec 9999 23:59:59 GMT', undefined],
    ['a number as Date', '1773154800', undefined],
    ['a response from a cache', DATE, '30'],
    ['a fresh response from a cache', DATE, '0'],
  ])('is unknown with %s', (_what, date, age) => {
    expect(clockSkewMs(date, age, AT, 0)).toBeUndefined()
  })

  it('is part of a response', async () => {
    const date = new Date(Date.now() - 600_000).toUTCString()
    const url = await serveHttp(answerWith(anEnvelope([aRecord()]), 200, { date }))
    const { clockSkewMs: skew = 0 } = await fetchAgents(anOperation({ baseUrl: url }), never)
    expect(skew / 1000).toBeGreaterThan(590)
    expect(skew / 1000).toBeLessThan(602)
  })
})
