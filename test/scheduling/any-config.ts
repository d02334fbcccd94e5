import { stringify } from 'yaml'
import { CALLS_PER_LICENSE } from '../../src/config/account.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import type { Config, Operation } from '../../src/config/operation.ts'
import { reports } from '../../src/reports/index.ts'
import { DAY_MS, formatDuration } from '../../src/units.ts'
import { readFileWith } from '../support/config-files.ts'
import fc from '../support/fast-check.ts'

/** Seconds between which intervals are chosen. */
export interface IntervalRange {
  readonly min: number
  readonly max: number
}

const reportNames = reports.map(({ name }) => name)

const TIME_ZONES = [
  'America/Bogota',
  'America/Mexico_City',
  'America/Sao_Paulo',
  'Europe/Madrid',
  'Asia/Kolkata',
]

const seconds = (range: IntervalRange) => fc.integer(range).map((interval) => formatDuration(interval * 1000))

const timeouts = seconds({ min: 1, max: 120 })

/** Settings of the environment. */
export const environments = (intervals: IntervalRange, maxReports = reportNames.length) =>
  fc.record(
    {
      WOLKVOX_SERVER: fc.constant('0042'),
      WOLKVOX_TOKEN: fc.constant('test-token'),
      WOLKVOX_REPORTS: reportSubset(maxReports).map((names) => names.join(',')),
      WOLKVOX_REFRESH_INTERVAL: seconds(intervals),
      WOLKVOX_LICENSES: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 99 })).map(String),
      WOLKVOX_TIMEOUT: timeouts,
      WOLKVOX_TIMEZONE: fc.constantFrom(...TIME_ZONES),
    },
    { requiredKeys: ['WOLKVOX_SERVER', 'WOLKVOX_TOKEN', 'WOLKVOX_REFRESH_INTERVAL'] },
  )

const reportSubset = (maxLength = reportNames.length) =>
  fc.shuffledSubarray(reportNames, { minLength: 1, maxLength })

/** Two accounts with the same server code, and another one. A slash at the end of the address means nothing. */
const ADDRESSES = [
  [{ server: '0042' }],
  [
    { server: '0042', base_url: 'https://proxy.example/wolkvox' },
    { server: '0042', base_url: 'https://proxy.example/wolkvox/' },
  ],
  [{ server: 'ventas01' }, { server: 'VENTAS01' }],
] as const

/** The settings that belong to an account, written in some of its operations. */
const accounts = fc.tuple(
  ...ADDRESSES.map(() =>
    fc.record(
      { licenses: fc.integer({ min: 1, max: 4 }), timezone: fc.constantFrom(...TIME_ZONES) },
      { requiredKeys: [] },
    ),
  ),
)

/** The three spellings of a list of reports; a report without an own interval has that of the operation. */
const reportLists = (intervals: IntervalRange) =>
  fc.oneof(
    reportSubset().map((names) => names.join(', ')),
    reportSubset(),
    reportSubset().chain((names) =>
      fc
        .tuple(...names.map(() => fc.record({ refresh_interval: seconds(intervals) }, { requiredKeys: [] })))
        .map((settings) => Object.fromEntries(names.map((name, index) => [name, settings[index] ?? {}]))),
    ),
  )

/** An operation of one of the accounts. */
const operations = (intervals: IntervalRange) =>
  fc.record({
    account: fc.nat(ADDRESSES.length - 1),
    spelling: fc.nat(1),
    says: fc.record({ licenses: fc.boolean(), timezone: fc.boolean() }),
    /** Rarely, an operation has other licences than its account. */
    contradicts: fc.integer({ min: 0, max: 29 }).map((number) => number === 0),
    settings: fc.record(
      {
        reports: reportLists(intervals),
        refresh_interval: seconds(intervals),
        timeout: timeouts,
        priority: fc.integer({ min: -100, max: 100 }),
      },
      { requiredKeys: ['refresh_interval'] },
    ),
  })

/** Configuration files of several operations on one or several accounts. */
export const configFiles = (intervals: IntervalRange, maxOperations = 4) =>
  fc
    .record({
      defaults: fc.record({ timeout: timeouts, reports: reportLists(intervals) }, { requiredKeys: [] }),
      accounts,
      operations: fc.array(operations(intervals), { minLength: 1, maxLength: maxOperations }),
    })
    .map(({ defaults, accounts, operations }) =>
      stringify({
        ...defaults,
        operations: operations.map(({ account, spelling, says, contradicts, settings }, index) => {
          const addresses = ADDRESSES[account] ?? ADDRESSES[0]
          const { licenses, timezone } = accounts[account] ?? {}
          return {
            name: `operation ${index}`,
            token_env: 'TOKEN_A',
            ...(addresses[spelling] ?? addresses[0]),
            ...(says.licenses && licenses !== undefined && { licenses }),
            ...(contradicts && { licenses: 5 }),
            ...(says.timezone && timezone !== undefined && { timezone }),
            ...settings,
          }
        }),
      }),
    )

/** Files of one account whose calls use up the limit, except for a few. The intervals are written in milliseconds. */
export const fullBudgets = (maxOperations = 3) =>
  fc
    .record({
      licenses: fc.integer({ min: 1, max: 2 }),
      timezone: fc.constantFrom(...TIME_ZONES),
      /** Calls that are left. */
      free: fc.integer({ min: 0, max: 20 }),
      operations: fc.array(
        fc.record({
          priority: fc.integer({ min: -100, max: 100 }),
          shares: fc.dictionary(fc.constantFrom(...reportNames), fc.integer({ min: 1, max: 20 }), {
            minKeys: 1,
            noNullPrototype: true,
          }),
        }),
        { minLength: 1, maxLength: maxOperations },
      ),
    })
    .map(({ licenses, timezone, free, operations }) => {
      const all = operations.flatMap(({ shares }) => Object.values(shares)).reduce((sum, one) => sum + one, 0)
      const calls = (share: number) => Math.floor(((licenses * CALLS_PER_LICENSE - free) * share) / all)
      return stringify({
        licenses,
        timezone,
        operations: operations.map(({ priority, shares }, index) => ({
          name: `operation ${index}`,
          server: '0042',
          token_env: 'TOKEN_A',
          priority,
          reports: Object.fromEntries(
            Object.entries(shares).map(([name, share]) => [
              name,
              { refresh_interval: formatDuration(Math.ceil(DAY_MS / calls(share))) },
            ]),
          ),
        })),
      })
    })

// Why a configuration can be refused: too many calls, or operations of one account that contradict each other.
const EXPECTED_PROBLEM = /more than the [\d,]+ that the licences allow|: differs from operations\[\d+\]/

/** @returns the operations; `undefined` if the configuration is refused for a reason that the arbitraries allow */
async function operationsOf(reading: Promise<Config>): Promise<readonly Operation[] | undefined> {
  try {
    return (await reading).operations
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const unexpected = error.problems.filter((problem) => !EXPECTED_PROBLEM.test(problem))
    if (unexpected.length > 0) throw error
    return undefined
  }
}

export const operationsOfEnvironment = (environment: Readonly<Record<string, string>>) =>
  operationsOf(readEnvironment(environment))

export const operationsOfFile = (text: string) => operationsOf(readFileWith(text))
