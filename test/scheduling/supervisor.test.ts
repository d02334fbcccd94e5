import { describe, expect, it, vi } from 'vitest'
import type { Operation, ReportSettings } from '../../src/config/operation.ts'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import { isOnShard, partOfShard } from '../../src/config/shard.ts'
import type { Attempt, RenderedSnapshot } from '../../src/model/outcome.ts'
import type { StoredAccount } from '../../src/model/storage-ports.ts'
import { reports } from '../../src/reports/index.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { reportKey } from '../../src/scheduling/scheduled-report.ts'
import { createSupervisor, type Supervisor } from '../../src/scheduling/supervisor.ts'
import { Secret } from '../../src/secret.ts'
import { StorageInUseError } from '../../src/storage/storage-lock.ts'
import { anOperation, aRenderedSnapshot, HASH_KEY, type OperationOverrides } from '../../tools/fixtures.ts'
import { groupsFrom } from '../support/groups-files.ts'
import {
  anAttempt,
  bad,
  good,
  HOUR,
  MINUTE,
  silentEvents,
  stopAfterTest,
  useFakeTime,
} from './run-reports.ts'

const teamA = await groupsFrom('agent_id,team\n1,a\n')

const NOON = Date.parse('2026-03-10T17:00:00Z')
const TODAY = '2026-03-10'

useFakeTime('2026-03-10T17:00:00Z')

const agents: ReportSettings = { name: 'agents', refreshIntervalMs: 5 * MINUTE, staleAfterMs: 15 * MINUTE }
const tokenInfo: ReportSettings = { name: 'token_info', refreshIntervalMs: HOUR, staleAfterMs: 3 * HOUR }

/** An operation of an account of its own. */
const operationOn = (server: string, name: string, overrides: OperationOverrides = {}): Operation =>
  anOperation({ name, server, baseUrl: `https://wv${server}.wolkvox.com`, ...overrides })

const ventas = (overrides: OperationOverrides = {}) => operationOn('0042', 'ventas', overrides)
const soporte = (overrides: OperationOverrides = {}) => operationOn('0043', 'soporte', overrides)

interface Options {
  /** What each call brings; a success unless given. */
  readonly attempt?: (operation: Operation, report: string, signal: AbortSignal) => Promise<Attempt>
  readonly stored?: Partial<StoredAccount>
  /** Stored data, by operation. */
  readonly data?: Record<string, RenderedSnapshot>
  readonly save?: (account: StoredAccount) => Promise<boolean>
}

/** A supervisor with a storage that records when each account is opened and closed. */
function supervise({ attempt, stored, data = {}, save = async () => true }: Options = {}) {
  /** `operation report second` of each call. */
  const calls: string[] = []
  const storage: string[] = []
  const removed: string[] = []
  /** Accounts that another exporter uses, and accounts whose storage waits. */
  const inUse = new Set<string>()
  const waitFor = new Map<string, Promise<void>>()
  const supervisor = createSupervisor({
    attempt: async (operation, report, signal) => {
      calls.push(`${operation.name} ${report} ${(Date.now() - NOON) / 1000}`)
      return attempt === undefined ? anAttempt(good()) : attempt(operation, report, signal)
    },
    storageOf: ({ server }) => ({
      async load() {
        storage.push(`opening ${server}`)
        await waitFor.get(server)
        if (inUse.has(server)) throw new StorageInUseError(`${server}.lock`, server)
        storage.push(`opened ${server}`)
        return stored && { requestsOfDay: { day: TODAY, count: 0 }, schedules: {}, ...stored }
      },
      save,
      close: async () => void storage.push(`closed ${server}`),
    }),
    snapshotsOf: ({ name }) => ({ load: async () => data[name], save: async () => true }),
    events: {
      ...silentEvents,
      onRemoved: ({ operation, report }) => removed.push(`${operation} ${report}`),
    },
  })
  return { supervisor: stopAfterTest(supervisor), calls, storage, inUse, waitFor, removed }
}

const routeWith = (password: string) => ({
  proxy: { url: 'http://proxy:3128', credentials: { user: 'test-user', password: new Secret(password) } },
  source: 'HTTPS_PROXY',
})

const namesOf = (supervisor: Supervisor) =>
  supervisor.state().reports.map(({ operation, report }) => `${operation} ${report}`)

describe('apply', () => {
  it('starts a refresher for each report, spread over 10 s', async () => {
    const { supervisor, calls, storage } = supervise()
    const reports = [agents, tokenInfo]
    await supervisor.apply([ventas({ reports }), soporte({ reports })])
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(calls).toEqual([
      'ventas agents 0',
      'ventas token_info 2.5',
      'soporte agents 5',
      'soporte token_info 7.5',
      'ventas agents 300',
      'soporte agents 305',
    ])
    expect(storage).toEqual(['opening 0042', 'opening 0043', 'opened 0042', 'opened 0043'])
  })

  it('serves the reports of an account by importance, in any order of the settings', async () => {
    const { supervisor, calls } = supervise({
      attempt: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20_000))
        return anAttempt(good())
      },
    })
    const names = reports.map(({ name }) => name)
    const settings = names.map((name) => ({ ...tokenInfo, name })).toReversed()
    await supervisor.apply([ventas({ reports: settings })])
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    const [last = '', ...others] = names.toReversed()
    // The first call was in progress when the others came.
    expect(calls.map((call) => call.split(' ')[1])).toEqual([last, ...others.toReversed()])
  })

  it('keeps what did not change: no call, no restart, and the schedule continues', async () => {
    const { supervisor, calls, storage } = supervise()
    await supervisor.apply([ventas(), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state()
    // Equal settings, read again.
    await supervisor.apply([ventas({ token: new Secret('test-token') }), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const after = supervisor.state()
    expect(after.reports[0]).toBe(before.reports[0])
    expect(after.reports[1]).toBe(before.reports[1])
    expect(after.accounts).toEqual(before.accounts)
    expect(calls).toEqual(['ventas agents 0', 'soporte agents 5'])
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(calls.slice(2)).toEqual(['ventas agents 300', 'soporte agents 305'])
    expect(storage).toEqual(['opening 0042', 'opening 0043', 'opened 0042', 'opened 0043'])
  })

  it('keeps a report whose groups have changed, and reads the next response with them', async () => {
    const files: (string | undefined)[] = []
    const { supervisor, calls } = supervise({
      attempt: async ({ groups }) => {
        files.push(groups?.digest)
        return anAttempt(good())
      },
    })
    const [first, second] = await Promise.all(
      ['a', 'b'].map((team) => groupsFrom(`agent_id,team\n1,${team}\n`)),
    )
    await supervisor.apply([ventas({ groups: first })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state()
    await supervisor.apply([ventas({ groups: second })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toHaveLength(1)
    expect(supervisor.state().reports[0]).toBe(before.reports[0])
    expect(supervisor.state().operations[0]?.operation.groups).toBe(second)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(files).toEqual([first?.digest, second?.digest])
  })

  it('returns the same state until something changes', async () => {
    const { supervisor } = supervise()
    await supervisor.apply([ventas(), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(supervisor.state()).toBe(before)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    const refreshed = supervisor.state()
    expect(refreshed.reports[1]).not.toBe(before.reports[1])
    await supervisor.apply([ventas()])
    expect(supervisor.state().reports).toEqual([refreshed.reports[0]])
  })

  it('does not abort a call in progress of what did not change', async () => {
    let aborted = false
    const { supervisor } = supervise({
      attempt: async (_operation, _report, signal) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        await new Promise((resolve) => setTimeout(resolve, MINUTE))
        return anAttempt(good())
      },
    })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(1000)
    await supervisor.apply([soporte(), ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(aborted).toBe(false)
    expect(supervisor.state().reports.find(({ operation }) => operation === 'ventas')).toMatchObject({
      refreshes: 1,
      rendered: { fetchedAt: NOON + MINUTE },
    })
  })

  it('restarts only the report whose settings changed', async () => {
    const { supervisor, calls } = supervise()
    await supervisor.apply([ventas({ reports: [agents, tokenInfo] })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state().reports
    const faster = { ...agents, refreshIntervalMs: MINUTE }
    await supervisor.apply([ventas({ reports: [faster, tokenInfo] })])
    await vi.advanceTimersByTimeAsync(2 * MINUTE - 1)
    expect(calls).toEqual(['ventas agents 0', 'ventas token_info 5', 'ventas agents 60', 'ventas agents 120'])
    const { reports } = supervisor.state()
    expect(reports.find(({ report }) => report === 'token_info')).toBe(before[1])
    expect(reports.find(({ report }) => report === 'agents')?.settings).toEqual(faster)
  })

  it.each<[string, OperationOverrides]>([
    ['time zone', { timeZone: 'America/Mexico_City' }],
    ['privacy', { agentName: 'hash' }],
  ])('restarts all reports of an operation whose %s changed', async (_what, changed) => {
    const { supervisor, calls } = supervise()
    await supervisor.apply([ventas({ reports: [agents, tokenInfo] }), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    calls.length = 0
    await supervisor.apply([ventas({ reports: [agents, tokenInfo], ...changed }), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toEqual(['ventas agents 60', 'ventas token_info 65'])
  })

  it.each<[string, OperationOverrides]>([
    ['interval', { refreshIntervalMs: 2 * MINUTE }],
    ['age at which data is stale', { refreshIntervalMs: 2 * MINUTE, staleAfterMs: HOUR }],
    ['timeout', { timeoutMs: 1000, refreshIntervalMs: 2 * MINUTE }],
    ['licences', { licenses: 3, refreshIntervalMs: 2 * MINUTE }],
    ['proxy', { route: routeWith('test-word'), refreshIntervalMs: 2 * MINUTE }],
    ['groups', { groups: teamA, refreshIntervalMs: 2 * MINUTE }],
    ['priority', { priority: 10, refreshIntervalMs: 2 * MINUTE }],
    ['CAs', { caCertificates: 'PEM', refreshIntervalMs: 2 * MINUTE }],
  ])('keeps the data and the counts of a report whose %s changed, without a call', async (_what, changed) => {
    const { supervisor, calls } = supervise()
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state().reports[0]
    await supervisor.apply([ventas(changed)])
    const { settings, nextRefreshAt, ...kept } = supervisor.state().reports[0] ?? expect.fail()
    expect(before).toMatchObject({ ...kept, refreshes: 1, requests: 1 })
    expect([settings.refreshIntervalMs, nextRefreshAt]).toEqual([2 * MINUTE, NOON + 2 * MINUTE])
    await vi.advanceTimersByTimeAsync(3 * MINUTE)
    expect(calls).toEqual(['ventas agents 0', 'ventas agents 120', 'ventas agents 240'])
    expect(supervisor.state().reports[0]).toMatchObject({ refreshes: 3, requests: 3 })
  })

  it.each<[string, OperationOverrides]>([
    ['names', { agentName: 'omit' }],
    ['ids', { agentId: 'hash' }],
    ['key', { hashKey: new Secret('other-key-0123456789') }],
    ['excluded metrics', { excludedMetrics: ['wolkvox_agents'] }],
  ])('shows no data under settings that change what the data looks like: %s', async (_what, changed) => {
    const { supervisor } = supervise()
    await supervisor.apply([ventas({ hashKey: HASH_KEY })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(supervisor.state().reports[0]?.rendered).toBeDefined()
    await supervisor.apply([ventas(changed)])
    expect(supervisor.state().reports[0]?.rendered).toBeUndefined()
  })

  it('aborts the call of a report whose settings changed, and its refresh no longer counts as in progress', async () => {
    let calls = 0
    const { supervisor } = supervise({
      attempt: async (_operation, _report, signal) => {
        calls += 1
        if (calls === 1) return anAttempt(good())
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
    })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(supervisor.state().reports[0]).toMatchObject({ inProgress: true, requests: 2, refreshes: 1 })
    await supervisor.apply([ventas({ refreshIntervalMs: HOUR, staleAfterMs: 3 * HOUR })])
    expect(supervisor.state().reports[0]).toMatchObject({ inProgress: false, requests: 2, refreshes: 1 })
    expect(calls).toBe(2)
  })

  it.each<[string, OperationOverrides]>([
    ['excluded metrics', { excludedMetrics: ['wolkvox_agents'] }],
    ['states', { states: { almuerzo: 'aux' } }],
    ['time zone', { timeZone: 'America/Mexico_City' }],
  ])('starts a report whose %s changed with its stored data and without counts', async (_what, changed) => {
    const data: Record<string, RenderedSnapshot> = {}
    const { supervisor, calls } = supervise({ data })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(supervisor.state().reports[0]).toMatchObject({ refreshes: 1 })
    data.ventas = aRenderedSnapshot({ fetchedAt: NOON })
    await supervisor.apply([ventas(changed)])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(supervisor.state().reports[0]).toMatchObject({ refreshes: 0, rendered: data.ventas })
    expect(calls).toEqual(['ventas agents 0'])
  })

  it('does not call for a restarted report whose stored data is young', async () => {
    const data = { ventas: aRenderedSnapshot({ fetchedAt: NOON + MINUTE }) }
    const { supervisor, calls } = supervise({ data })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    calls.length = 0
    await supervisor.apply([ventas({ staleAfterMs: HOUR })])
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(supervisor.state().reports[0]?.settings.staleAfterMs).toBe(HOUR)
    expect(calls).toEqual(['ventas agents 360'])
  })

  it('keeps data, counts and schedule with a changed token, and uses it for the next call', async () => {
    const tokens: string[] = []
    let saved: StoredAccount | undefined
    const save = async (account: StoredAccount) => {
      saved = account
      return true
    }
    const attempt = async ({ token }: Operation) => {
      tokens.push(`${token.reveal()} ${(Date.now() - NOON) / MINUTE}`)
      return anAttempt(good())
    }
    const { supervisor } = supervise({ attempt, save })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state().reports[0]
    const changed = ventas({ token: new Secret('other-token') })
    await supervisor.apply([changed])
    expect(supervisor.state().reports[0]).toBe(before)
    await vi.advanceTimersByTimeAsync(9 * MINUTE)
    expect(tokens).toEqual(['test-token 0', 'other-token 5', 'other-token 10'])
    expect(supervisor.state().reports[0]).toMatchObject({ requests: 3, refreshes: 3 })
    // The next process knows that the stored schedule belongs to the changed token.
    expect(saved?.schedules[reportKey('ventas', 'agents')]?.credentials).toBe(credentialsFingerprint(changed))
  })

  it('tries a changed token at once if wolkvox has refused the one before', async () => {
    const tokens: string[] = []
    const attempt = async ({ token }: Operation, report: string) => {
      tokens.push(`${report} ${token.reveal()} ${(Date.now() - NOON) / 1000}`)
      return anAttempt(token.reveal() === 'other-token' ? good() : bad('invalid_token'))
    }
    const { supervisor } = supervise({ attempt })
    const reports = [agents, tokenInfo]
    await supervisor.apply([ventas({ reports })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    // A token that did not change is not tried.
    await supervisor.apply([ventas({ reports, token: new Secret('test-token') })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    tokens.length = 0
    await supervisor.apply([ventas({ reports, token: new Secret('other-token') })])
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(tokens).toEqual(['agents other-token 120', 'token_info other-token 120', 'agents other-token 420'])
  })

  it('tries a token that changed during the call that refuses the one before', async () => {
    const call = Promise.withResolvers<Attempt>()
    const tokens: string[] = []
    const attempt = async ({ token }: Operation) => {
      tokens.push(`${token.reveal()} ${(Date.now() - NOON) / 1000}`)
      return tokens.length === 1 ? call.promise : anAttempt(good())
    }
    const { supervisor } = supervise({ attempt })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(1000)
    await supervisor.apply([ventas({ token: new Secret('other-token') })])
    await vi.advanceTimersByTimeAsync(1000)
    expect(tokens).toEqual(['test-token 0'])
    call.resolve(anAttempt(bad('invalid_token')))
    await vi.advanceTimersByTimeAsync(1)
    expect(tokens).toEqual(['test-token 0', 'other-token 2'])
  })

  it.each<[string, OperationOverrides]>([
    [
      'proxy',
      { route: { proxy: { url: 'http://proxy:3128', credentials: undefined }, source: 'HTTPS_PROXY' } },
    ],
    ['proxy password', { route: routeWith('other-word') }],
    ['CA file', { caCertificates: 'test' }],
  ])('tries a changed %s at once if there is no data', async (_what, changed) => {
    const { supervisor, calls } = supervise({ attempt: async () => anAttempt(bad('proxy')) })
    await supervisor.apply([ventas({ route: routeWith('test-word') })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    calls.length = 0
    await supervisor.apply([ventas({ route: routeWith('test-word') })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(calls).toEqual([])
    await supervisor.apply([ventas({ route: routeWith('test-word'), ...changed })])
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toEqual(['ventas agents 120'])
  })

  it('shows all changes at once, when nothing of what stops is running any more', async () => {
    const saving = Promise.withResolvers<boolean>()
    // The first save comes before the call, the second after it.
    const saves = [Promise.resolve(true), saving.promise]
    const save = () => saves.shift() ?? Promise.resolve(true)
    const { supervisor } = supervise({ save })
    const names = () => {
      const { operations, reports } = supervisor.state()
      return [operations.map(({ operation }) => operation.name), reports.map(({ operation }) => operation)]
    }
    await supervisor.apply([ventas(), operationOn('0042', 'ventas-2')])
    await vi.advanceTimersByTimeAsync(1000)
    const applied = supervisor.apply([soporte()])
    await vi.advanceTimersByTimeAsync(1000)
    expect(names()).toEqual([
      ['ventas', 'ventas-2'],
      ['ventas', 'ventas-2'],
    ])
    saving.resolve(true)
    await applied
    expect(names()).toEqual([['soporte'], ['soporte']])
  })

  it('does not wait for an account whose storage cannot be closed, unless it is opened again', async () => {
    const closing = Promise.withResolvers<void>()
    const opened: string[] = []
    const supervisor = stopAfterTest(
      createSupervisor({
        attempt: async () => anAttempt(good()),
        storageOf: ({ server }) => ({
          load: async () => void opened.push(server),
          save: async () => true,
          close: () => (server === '0042' ? closing.promise : Promise.resolve()),
        }),
        snapshotsOf: () => ({ load: async () => undefined, save: async () => true }),
        events: silentEvents,
      }),
    )
    await supervisor.apply([ventas()])
    const removed = supervisor.apply([soporte()])
    await vi.advanceTimersByTimeAsync(1000)
    await removed
    const added = supervisor.apply([soporte(), ventas()])
    await vi.advanceTimersByTimeAsync(1000)
    expect(opened).toEqual(['0042', '0043'])
    closing.resolve()
    await added
    expect(opened).toEqual(['0042', '0043', '0042'])
  })

  it('stops what was removed, with a call in progress, and closes its account', async () => {
    let aborted = false
    const { supervisor, calls, storage } = supervise({
      attempt: ({ name }, _report, signal) =>
        name === 'ventas'
          ? Promise.resolve(anAttempt(good()))
          : new Promise((_resolve, reject) =>
              signal.addEventListener('abort', () => {
                aborted = true
                reject(signal.reason)
              }),
            ),
    })
    await supervisor.apply([ventas(), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([ventas()])
    expect(aborted).toBe(true)
    const { accounts, operations, reports } = supervisor.state()
    expect([accounts.length, operations.length, reports.length]).toEqual([1, 1, 1])
    expect(storage.slice(4)).toEqual(['closed 0043'])
    await vi.advanceTimersByTimeAsync(HOUR)
    expect(calls.filter((call) => call.startsWith('soporte'))).toHaveLength(1)
  })

  it('keeps the account of a removed report open for the others, and forgets its schedule', async () => {
    let saved: StoredAccount | undefined
    const save = async (account: StoredAccount) => {
      saved = account
      return true
    }
    const { supervisor, storage } = supervise({ save })
    await supervisor.apply([ventas({ reports: [agents, tokenInfo] })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(Object.keys(saved?.schedules ?? {})).toEqual([
      reportKey('ventas', 'agents'),
      reportKey('ventas', 'token_info'),
    ])
    await supervisor.apply([ventas({ reports: [agents] })])
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(Object.keys(saved?.schedules ?? {})).toEqual([reportKey('ventas', 'agents')])
    expect(namesOf(supervisor)).toEqual(['ventas agents'])
    expect(storage).toEqual(['opening 0042', 'opened 0042'])
  })

  it('tells of the reports that the configuration no longer has, and of no others', async () => {
    const { supervisor, removed } = supervise()
    const reports = [agents, tokenInfo]
    await supervisor.apply([ventas({ reports }), soporte({ reports })])
    await supervisor.apply([ventas({ reports, licenses: 5 }), soporte({ reports: [agents] })])
    expect(removed).toEqual(['soporte token_info'])
    await supervisor.apply([ventas({ reports })])
    expect(removed).toEqual(['soporte token_info', 'soporte agents'])
  })

  it('moves an operation to another account', async () => {
    const { supervisor, calls, storage } = supervise()
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([operationOn('0044', 'ventas')])
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toEqual(['ventas agents 0', 'ventas agents 60'])
    expect(storage).toEqual(['opening 0042', 'opened 0042', 'opening 0044', 'opened 0044', 'closed 0042'])
    expect(supervisor.state()).toMatchObject({
      accounts: [{ account: '0044', requestsOfDay: { count: 1 } }],
      operations: [{ account: '0044' }],
    })
  })

  it('continues what is stored of an account to which an operation moves back', async () => {
    const { supervisor, calls } = supervise({
      stored: {
        schedules: {
          [reportKey('ventas', 'agents')]: {
            earliestFetch: NOON + 4 * MINUTE,
            credentials: credentialsFingerprint(ventas()),
          },
        },
      },
      data: { ventas: aRenderedSnapshot({ fetchedAt: NOON - MINUTE }) },
    })
    await supervisor.apply([operationOn('0044', 'ventas')])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(supervisor.state().reports[0]?.rendered?.fetchedAt).toBe(NOON - MINUTE)
    // Nothing is stored under the credentials of the other account.
    expect(calls).toEqual(['ventas agents 0'])
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(calls).toEqual(['ventas agents 0', 'ventas agents 240'])
  })

  it('continues the schedules of an earlier process', async () => {
    const { supervisor, calls } = supervise({
      stored: {
        requestsOfDay: { day: TODAY, count: 7 },
        schedules: {
          [reportKey('ventas', 'agents')]: {
            earliestFetch: NOON + 2 * MINUTE,
            credentials: credentialsFingerprint(ventas()),
          },
          [reportKey('ventas', 'token_info')]: {
            earliestFetch: NOON + HOUR,
            credentials: 'of another token',
          },
        },
      },
    })
    await supervisor.apply([ventas({ reports: [agents, tokenInfo] })])
    await vi.advanceTimersByTimeAsync(3 * MINUTE)
    expect(calls).toEqual(['ventas token_info 5', 'ventas agents 120'])
    expect(requestsToday(supervisor.state().accounts[0] ?? expect.fail(), Date.now())).toBe(9)
  })
})

describe('an operation that is added to an open account', () => {
  const added = (overrides: OperationOverrides = {}) => ventas({ name: 'ventas-2', ...overrides })
  const left = (fetchedAt: number, earliestFetch = fetchedAt + 5 * MINUTE, credentials = added()) => ({
    stored: {
      schedules: {
        [reportKey('ventas-2', 'agents')]: {
          earliestFetch,
          credentials: credentialsFingerprint(credentials),
        },
      },
    },
    data: { 'ventas-2': aRenderedSnapshot({ fetchedAt }) },
  })
  const callsOf = (calls: readonly string[]) => calls.filter((call) => call.startsWith('ventas-2'))

  it('continues the schedule and the data of an earlier process', async () => {
    let saved: StoredAccount | undefined
    const save = async (account: StoredAccount) => {
      saved = account
      return true
    }
    const { supervisor, calls } = supervise({ ...left(NOON - MINUTE), save })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([ventas(), added()])
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(callsOf(calls)).toEqual([])
    // The next process knows it too, although this one has not called.
    await supervisor.apply([ventas({ refreshIntervalMs: 2 * MINUTE }), added()])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(saved?.schedules[reportKey('ventas-2', 'agents')]?.earliestFetch).toBe(NOON + 4 * MINUTE)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(callsOf(calls)).toEqual(['ventas-2 agents 240'])
  })

  it('calls at once with another token', async () => {
    const token = new Secret('another-test-token')
    const { supervisor, calls } = supervise(left(NOON - MINUTE))
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([ventas(), added({ token })])
    await vi.advanceTimersByTimeAsync(1)
    expect(callsOf(calls)).toEqual(['ventas-2 agents 60'])
  })

  it('has only the age of its data after it was removed in between', async () => {
    const token = new Secret('another-test-token')
    const { supervisor, calls } = supervise(left(NOON - MINUTE, NOON + MINUTE, added({ token })))
    for (const operations of [[ventas(), added()], [ventas()], [ventas(), added()]]) {
      await supervisor.apply(operations)
      await vi.advanceTimersByTimeAsync(MINUTE)
    }
    // The first call comes at once, because the token is another one.
    expect(callsOf(calls)).toEqual(['ventas-2 agents 5'])
  })
})

describe('several calls of apply', () => {
  it('run one after the other', async () => {
    const { supervisor, storage, waitFor } = supervise()
    const opening = Promise.withResolvers<void>()
    waitFor.set('0042', opening.promise)
    const first = supervisor.apply([ventas()])
    const second = supervisor.apply([soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(storage).toEqual(['opening 0042'])
    opening.resolve()
    await Promise.all([first, second])
    expect(storage).toEqual(['opening 0042', 'opened 0042', 'opening 0043', 'opened 0043', 'closed 0042'])
    expect(namesOf(supervisor)).toEqual(['soporte agents'])
  })

  it('continue after one that was refused', async () => {
    const { supervisor, inUse } = supervise()
    inUse.add('0042')
    const refused = supervisor.apply([ventas()])
    const next = supervisor.apply([soporte()])
    await expect(refused).rejects.toThrow(StorageInUseError)
    await next
    expect(namesOf(supervisor)).toEqual(['soporte agents'])
  })
})

describe('an account that another exporter uses', () => {
  it('leaves everything as it was, and what was opened is closed again', async () => {
    const { supervisor, calls, storage, inUse } = supervise()
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const before = supervisor.state()
    inUse.add('0044')
    const cobros = operationOn('0044', 'cobros')
    const elsewhere = ventas({ name: 'ventas-2', baseUrl: 'https://proxy.example.com' })
    const change = supervisor.apply([
      ventas({ licenses: 5, staleAfterMs: HOUR }),
      soporte(),
      elsewhere,
      cobros,
    ])
    await expect(change).rejects.toThrow(StorageInUseError)
    expect(supervisor.state()).toEqual(before)
    expect(supervisor.state().reports[0]).toBe(before.reports[0])
    expect(storage.filter((event) => /opened|closed/.test(event))).toEqual([
      'opened 0042',
      'opened 0043',
      'opened 0042',
      'closed 0043',
      'closed 0042',
    ])
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(calls).toEqual(['ventas agents 0', 'ventas agents 300'])
  })

  it('can be applied again when it is free', async () => {
    const { supervisor, inUse } = supervise()
    inUse.add('0043')
    await expect(supervisor.apply([ventas(), soporte()])).rejects.toThrow(StorageInUseError)
    expect(supervisor.state()).toEqual({ accounts: [], operations: [], reports: [] })
    inUse.clear()
    await supervisor.apply([ventas(), soporte()])
    expect(namesOf(supervisor)).toEqual(['ventas agents', 'soporte agents'])
  })
})

describe('the state', () => {
  it('lists nothing before the first configuration', () => {
    expect(supervise().supervisor.state()).toEqual({ accounts: [], operations: [], reports: [] })
  })

  it('lists accounts, operations and reports', async () => {
    const { supervisor } = supervise()
    const shared = ventas({ name: 'ventas-2', reports: [tokenInfo], licenses: 2 })
    await supervisor.apply([ventas({ licenses: 2 }), shared, soporte()])
    expect(supervisor.state()).toMatchObject({
      accounts: [
        { account: '0042', dailyLimit: 2000, timeZone: 'America/Bogota', requestsOfDay: { count: 1 } },
        { account: '0043', dailyLimit: undefined },
      ],
      operations: [
        { operation: { name: 'ventas' }, account: '0042', storageFailures: 0 },
        { operation: { name: 'ventas-2' }, account: '0042' },
        { operation: { name: 'soporte' }, account: '0043' },
      ],
      reports: [
        { operation: 'ventas', report: 'agents', refreshes: 0 },
        { operation: 'ventas-2', report: 'token_info' },
        { operation: 'soporte', report: 'agents' },
      ],
    })
  })

  it('schedules all reports of an account, also after a change', async () => {
    const { supervisor } = supervise()
    const scheduled = () =>
      supervisor.state().accounts.map((account) => account.reports.map(({ name }) => name))
    await supervisor.apply([ventas(), soporte(), ventas({ name: 'ventas-2', reports: [tokenInfo] })])
    expect(scheduled()).toEqual([['agents', 'token_info'], ['agents']])
    await supervisor.apply([ventas(), soporte()])
    expect(scheduled()).toEqual([['agents'], ['agents']])
  })

  it('counts storage failures by operation, also across configurations', async () => {
    const { supervisor } = supervise({
      save: async ({ schedules }) => !(reportKey('soporte', 'agents') in schedules),
    })
    await supervisor.apply([ventas(), soporte()])
    await vi.advanceTimersByTimeAsync(MINUTE)
    const failures = () => supervisor.state().operations.map(({ storageFailures }) => storageFailures)
    expect(failures()).toEqual([0, 2])
    await supervisor.apply([ventas(), soporte({ timeoutMs: 1000 })])
    expect(failures()).toEqual([0, 2])
    await supervisor.apply([ventas()])
    expect(failures()).toEqual([0])
  })

  it('has a new limit with the next configuration, and the counts stay', async () => {
    const { supervisor } = supervise()
    await supervisor.apply([ventas({ licenses: 1 })])
    await vi.advanceTimersByTimeAsync(MINUTE)
    await supervisor.apply([ventas({ licenses: 4, name: 'otro' })])
    expect(supervisor.state().accounts).toMatchObject([{ dailyLimit: 4000, requestsOfDay: { count: 2 } }])
  })
})

describe('the label of an account', () => {
  const labels = ({ supervisor }: ReturnType<typeof supervise>) => ({
    accounts: supervisor.state().accounts.map(({ account }) => account),
    operations: supervisor.state().operations.map(({ account }) => account),
  })

  it.each([
    ['hosts', 'https://one.example.com', 'https://two.example.com'],
    ['ports', 'https://one.example.com', 'https://one.example.com:8443'],
    ['paths', 'https://one.example.com/a', 'https://one.example.com/b'],
    ['schemes', 'https://one.example.com', 'http://one.example.com'],
  ])('is unique for one server code with two base URLs of different %s', async (_what, one, other) => {
    const running = supervise()
    const operations = [
      ventas({ baseUrl: one }),
      ventas({ name: 'ventas-2', baseUrl: other }),
      ventas({ name: 'ventas-3', baseUrl: other }),
      soporte(),
    ]
    await running.supervisor.apply(operations)
    const [first, second] = [`0042@${one}`, `0042@${other}`]
    expect(labels(running)).toEqual({
      accounts: [first, second, '0043'],
      operations: [first, second, second, '0043'],
    })
    // Only the first remains, whose label follows.
    await running.supervisor.apply(operations.slice(0, 1))
    expect(labels(running)).toEqual({ accounts: ['0042'], operations: ['0042'] })
  })

  it.each([0, 1])(
    'follows an account that is added on shard %i, and the operation continues',
    async (shard) => {
      const urls = Array.from({ length: 20 }, (_, index) => `https://gateway-${index}.example.com`)
      const urlsOn = (number: number) =>
        urls.filter((baseUrl) => isOnShard(ventas({ baseUrl }), { number, total: 2 }))
      const [first = ''] = urlsOn(0)
      const added = ventas({ name: 'ventas-2', baseUrl: urlsOn(shard).at(-1) ?? '' })
      const partOf = (operations: readonly Operation[]) =>
        partOfShard({ operations, warnings: [] }, { number: 0, total: 2 }).operations
      const running = supervise()
      await running.supervisor.apply(partOf([ventas({ baseUrl: first })]))
      await vi.advanceTimersByTimeAsync(MINUTE)
      const [before] = running.supervisor.state().reports
      expect(labels(running)).toEqual({ accounts: ['0042'], operations: ['0042'] })
      await running.supervisor.apply(partOf([ventas({ baseUrl: first }), added]))
      expect(labels(running).operations[0]).toBe(`0042@${first}`)
      expect(labels(running).accounts[0]).toBe(`0042@${first}`)
      expect(running.supervisor.state().reports[0]).toBe(before)
    },
  )
})

describe('the quota of an account', () => {
  it('is shared by its operations and reports, and not by other accounts', async () => {
    const { supervisor, calls } = supervise({
      attempt: async ({ name }) => anAttempt(name === 'soporte' ? good() : bad('quota_exceeded')),
    })
    const shared = ventas({ name: 'ventas-2', reports: [agents] })
    await supervisor.apply([ventas({ reports: [agents, tokenInfo] }), shared, soporte()])
    await vi.advanceTimersByTimeAsync(30 * MINUTE - 1)
    expect(calls.filter((call) => call.startsWith('ventas'))).toEqual(['ventas agents 0'])
    expect(calls.filter((call) => call.startsWith('soporte'))).toHaveLength(6)
    expect(supervisor.state().reports).toMatchObject([
      { requests: 1, failures: { quota_exceeded: 1 } },
      { requests: 0, failures: { quota_exceeded: 1 } },
      { requests: 0, failures: { quota_exceeded: 1 } },
      { requests: 6 },
    ])
    await vi.advanceTimersByTimeAsync(30 * MINUTE - 1)
    expect(calls.filter((call) => call.startsWith('ventas'))).toEqual([
      'ventas agents 0',
      'ventas agents 1800',
    ])
  })
})

describe('failed', () => {
  it('rejects when a refresher cannot continue', async () => {
    const { supervisor } = supervise({ attempt: () => Promise.reject(new Error('a fault of the program')) })
    await supervisor.apply([ventas()])
    const failed = expect(supervisor.failed).rejects.toThrow('a fault of the program')
    await vi.advanceTimersByTimeAsync(1)
    await failed
  })
})

describe('stop', () => {
  it('closes the accounts after the last call has ended', async () => {
    const events: string[] = []
    const { supervisor, storage } = supervise({
      attempt: async (_operation, _report, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await new Promise((resolve) => setTimeout(resolve, 1000))
        events.push(`call ended, ${storage.length} events of the storage`)
        return anAttempt(bad('tls'))
      },
    })
    await supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(1000)
    const stopped = supervisor.stop()
    await vi.advanceTimersByTimeAsync(1000)
    await stopped
    expect(events).toEqual(['call ended, 2 events of the storage'])
    expect(storage).toEqual(['opening 0042', 'opened 0042', 'closed 0042'])
  })

  it('does not wait for a configuration in progress, which then starts nothing and closes what it opened', async () => {
    const { supervisor, calls, storage, waitFor } = supervise()
    const opening = Promise.withResolvers<void>()
    waitFor.set('0042', opening.promise)
    const applied = supervisor.apply([ventas()])
    await vi.advanceTimersByTimeAsync(1)
    await supervisor.stop()
    opening.resolve()
    await applied
    await vi.advanceTimersByTimeAsync(HOUR)
    expect(calls).toEqual([])
    expect(storage).toEqual(['opening 0042', 'opened 0042', 'closed 0042'])
  })

  it('is for good: a later configuration starts nothing', async () => {
    const { supervisor, storage } = supervise()
    await supervisor.stop()
    await supervisor.apply([ventas()])
    expect(storage).toEqual([])
    expect(supervisor.state().reports).toEqual([])
  })
})

it('two spellings of one server are one account, with one name', async () => {
  const { supervisor, storage } = supervise()
  await supervisor.apply([
    anOperation({ name: 'one', server: 'Ventas', baseUrl: 'https://wvVentas.wolkvox.com' }),
    anOperation({ name: 'other', server: 'ventas', baseUrl: 'https://wvventas.wolkvox.com' }),
  ])
  expect(storage).toEqual(['opening Ventas', 'opened Ventas'])
  expect(supervisor.state().accounts.map(({ account }) => account)).toEqual(['Ventas'])
  expect(supervisor.state().operations.map(({ account }) => account)).toEqual(['Ventas', 'Ventas'])
})
