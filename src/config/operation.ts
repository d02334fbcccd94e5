import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Groups } from '../groups/groups.ts'
import type { AgentFilter } from '../reports/agent-filter.ts'
import type { AgentIdMode, AgentNameMode, ReportParameters } from '../reports/report.ts'
import type { Secret } from '../secret.ts'
import type { Endpoint } from '../wolkvox/connection.ts'

/** The configuration of one wolkvox operation; all durations in milliseconds. */
export interface Operation extends Endpoint {
  /** Value of the `operation` label, unique. */
  readonly name: string
  /** Number of licences; the daily limit is 1000 calls for each. `undefined`: the limit is unknown. */
  readonly licenses: number | undefined
  /** IANA time zone in which the operation's day begins. */
  readonly timeZone: string
  readonly agentName: AgentNameMode
  readonly agentId: AgentIdMode
  /** Key of the pseudonyms; `undefined` if there is none. */
  readonly hashKey: Secret | undefined
  /** Names of metrics of reports that are not exposed; none if absent. */
  readonly excludedMetrics?: readonly string[] | undefined
  /** Of several operations of an account that wait for a call of the same report, the one with the highest number is first. */
  readonly priority: number
  /** Value of the label `account`, if other processes serve other accounts; see {@link accountLabelOf}. */
  readonly accountLabel?: string
  /** Absent if every agent is read. */
  readonly agentFilter?: AgentFilter
  /** Categories of the operation's own states; absent if there are none. */
  readonly states?: Readonly<Record<string, string>>
  /** Labels of agents; absent without a groups file. */
  readonly groups?: Groups | undefined
  /** At least one. */
  readonly reports: readonly ReportSettings[]
}

/** One report of an operation; all durations in milliseconds. */
export interface ReportSettings {
  /** Name of the report. */
  readonly name: string
  /** From the start of one refresh to the start of the next. */
  readonly refreshIntervalMs: number
  /** If no refresh succeeds for this long, the report's series are removed. */
  readonly staleAfterMs: number
  /** Settings that only this report has; absent if there are none. */
  readonly parameters?: ReportParameters
}

/** The whole configuration. Warnings do not stop the exporter. */
export interface Config {
  readonly operations: readonly Operation[]
  readonly warnings: readonly string[]
  /** What is wrong with files whose last good content stays in use; absent if nothing is. */
  readonly keptProblems?: readonly string[]
  /** Where it comes from; absent if it cannot change while the exporter runs. */
  readonly source?: ConfigSource
}

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The file that describes the operations; absent if it is the environment. */
  readonly configFile?: string
  /**
   * Files whose changes take effect while the exporter runs, without a request: tokens, CA files, keys of pseudonyms and groups
   * files.
   */
  readonly files: readonly string[]
  /**
   * Reads `files` again; every other setting stays. A groups file that cannot be used is one of the `keptProblems`.
   *
   * @throws ConfigError with every other problem
   */
  readonly refresh: () => Promise<Config>
  /** Reads everything again, the configuration file included. @throws ConfigError with every problem */
  readonly reload: () => Promise<Config>
}

// 64 bits.
const FINGERPRINT_LENGTH = 16

/**
 * A hash that shows whether the token and the address have changed. It could confirm a guessed token, but tokens are random,
 * and only the owner can read the files that contain fingerprints.
 */
export function credentialsFingerprint({ baseUrl, token }: Pick<Operation, 'baseUrl' | 'token'>): string {
  return createHash('sha256')
    .update(`${baseUrl}\0${token.reveal()}`)
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH)
}

/** The base URL of a server code. */
export function defaultBaseUrl(server: string): string {
  return `https://wv${server}.wolkvox.com`
}

/** Whether two operations have the same settings, except for their reports, tokens, groups and the names of their accounts. */
export function haveSameSettings(one: Operation, other: Operation): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other))
}

/**
 * Whether the data of one operation can be shown as that of the other: what differs concerns only how calls are made, how many,
 * the groups of the next refresh, and the name of the account.
 */
export function haveSameData(one: Operation, other: Operation): boolean {
  return isDeepStrictEqual(dataSettings(one), dataSettings(other))
}

function dataSettings(operation: Operation) {
  const {
    token,
    reports,
    groups,
    route,
    caCertificates,
    licenses,
    timeoutMs,
    maxResponseBytes,
    priority,
    accountLabel,
    ...settings
  } = operation
  return { ...settings, hashKey: settings.hashKey?.reveal() }
}

/** A secret hides its value from comparisons. The name of an account depends on other operations. */
function comparable({ token, reports, groups, accountLabel, ...settings }: Operation) {
  return {
    ...settings,
    password: settings.route.proxy?.credentials?.password.reveal(),
    hashKey: settings.hashKey?.reveal(),
  }
}

/** Whether ids or names of agents are hidden, so that a file of another process may show what has to be hidden. */
export function hidesAgents({ agentId, agentName }: Pick<Operation, 'agentId' | 'agentName'>): boolean {
  return agentId === 'hash' || agentName !== 'plain'
}

/** Calls a day that wolkvox allows for each licence. */
export const CALLS_PER_LICENSE = 1000

/** How often one refresh retries at most. */
export const MAX_RETRIES = 2

/** The calls a day that wolkvox allows; `undefined` if the number of licences is unknown. */
export function dailyLimit({ licenses }: { readonly licenses: number | undefined }): number | undefined {
  return licenses === undefined ? undefined : licenses * CALLS_PER_LICENSE
}

/**
 * Identifies the account of an operation: its server code and base URL. Two spellings of an address are one account: URL unifies
 * the letter case of the host and leaves out the default port. A final dot of the host and repeated slashes mean nothing either.
 */
export function accountIdOf({ server, baseUrl }: Pick<Operation, 'server' | 'baseUrl'>): string {
  const url = new URL(baseUrl)
  url.hostname = url.hostname.replace(/\.$/, '')
  url.pathname = url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '')
  return JSON.stringify([server.toLowerCase(), url.href])
}

/**
 * Names the account of an operation: the value of the label `account`.
 *
 * @param operations all of them: the name has to be unique
 */
export function accountLabelOf(operation: Operation, operations: readonly Operation[]): string {
  if (operation.accountLabel !== undefined) return operation.accountLabel
  const id = accountIdOf(operation)
  // Two spellings of one server are one account, so its first operation names it.
  const { server, baseUrl } = operations.find((other) => accountIdOf(other) === id) ?? operation
  const isUnique = operations.every((other) => other.server !== server || accountIdOf(other) === id)
  return isUnique ? server : `${server}@${baseUrl}`
}
