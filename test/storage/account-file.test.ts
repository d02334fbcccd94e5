import { describe, expect, it } from 'vitest'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import type { StoredAccount } from '../../src/model/storage-ports.ts'
import { decodeAccount, encodeAccount } from '../../src/storage/account-file.ts'
import { addChecksum } from '../../src/storage/stored-file.ts'
import { anOperation } from '../../tools/fixtures.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

const operation = anOperation()
const requestsOfDay = { day: '2026-03-10', count: 42 }
const exhausted = { day: '2026-03-10', probeAt: NOW + 1_800_000 }

const accountOf = (overrides: Partial<StoredAccount> = {}): StoredAccount => ({
  requestsOfDay,
  schedules: {
    agents: { earliestFetch: NOW + 240_000, credentials: credentialsFingerprint(operation) },
  },
  ...overrides,
})

/** Encodes an account and decodes it in a later process. */
const restart = (account: StoredAccount) =>
  decodeAccount(encodeAccount(operation, account, NOW), operation, NOW)

describe('the account file', () => {
  it('keeps the counts, the quota, and the schedules with the credentials of their reports', () => {
    const account = accountOf({ exhausted })
    expect(account.schedules.agents?.credentials).toBe(credentialsFingerprint(operation))
    expect(restart(account)).toEqual({ content: account })
  })

  it('keeps the requests of other programs', () => {
    const marks = [
      { at: NOW - 7_200_000, count: 0 },
      { at: NOW - 3_600_000.5, count: 120 },
    ]
    const otherRequests = { day: '2026-03-10', count: 300, measuredAt: NOW - 60_000, marks }
    expect(restart(accountOf({ otherRequests })).content?.otherRequests).toEqual(otherRequests)
    expect(restart(accountOf()).content?.otherRequests).toBeUndefined()
  })

  // How long a start may wait is limited by scheduling: see schedule.test.ts and account.test.ts.
  it.each([
    ['fetch', accountOf({ schedules: { agents: { earliestFetch: NOW + 1e9, credentials: '' } } })],
    ['probe', accountOf({ exhausted: { day: '2026-03-10', probeAt: NOW + 1e9 } })],
  ])('has the planned %s as it was stored, however late it is', (_what, account) => {
    expect(restart(account)).toEqual({ content: account })
  })

  it('is used after the clock was set back by days', () => {
    const bytes = encodeAccount(operation, accountOf(), NOW + 3 * 86_400_000)
    expect(decodeAccount(bytes, operation, NOW).content).toMatchObject({ requestsOfDay })
  })

  it('has the counts of other days, which a wrong clock has left', () => {
    const otherDays = [{ day: '2026-03-13', count: 1 }]
    expect(restart(accountOf({ otherDays })).content).toMatchObject({ requestsOfDay, otherDays })
  })

  it.each([
    ['a negative count', { ...accountOf(), requestsOfDay: { day: '2026-03-10', count: -1 } }],
    ['half a request', { ...accountOf(), requestsOfDay: { day: '2026-03-10', count: 1.5 } }],
    ['no date', { ...accountOf(), requestsOfDay: { day: 'today', count: 1 } }],
    [
      'others that have made less than nothing',
      {
        ...accountOf(),
        otherRequests: { day: '2026-03-10', count: -1, measuredAt: NOW, marks: [{ at: NOW, count: 0 }] },
      },
    ],
    [
      'others without a mark',
      { ...accountOf(), otherRequests: { day: '2026-03-10', count: 1, measuredAt: NOW, marks: [] } },
    ],
    ['no schedules', { requestsOfDay }],
  ])('cannot be used with %s', (_what, account) => {
    const { server, baseUrl } = operation
    const content = { server, baseUrl, ...account }
    const bytes = addChecksum(JSON.stringify({ version: 3, savedAt: NOW, content }))
    expect(decodeAccount(bytes, operation, NOW)).toEqual({
      problem: 'does not have the expected content',
    })
  })
})

it('a file of the same server in another spelling is of the same account', () => {
  const upper = anOperation({ server: 'Ventas', baseUrl: 'https://wvVentas.wolkvox.com' })
  const lower = anOperation({ server: 'ventas', baseUrl: 'https://wvventas.wolkvox.com' })
  const { content, problem } = decodeAccount(encodeAccount(upper, accountOf(), NOW), lower, NOW)
  expect([content?.requestsOfDay, problem]).toEqual([requestsOfDay, undefined])
})
