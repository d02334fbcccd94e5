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
  /** Value of the label `account`, if other processes serve other accounts; see `accountLabelOf`. */
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
  /** The names of the operations that a warning is about. A warning without an entry is about the whole configuration. */
  readonly warnedOperations?: ReadonlyMap<string, readonly string[]>
  /** What is wrong with files whose last good content stays in use; absent if nothing is. */
  readonly toleratedProblems?: readonly string[]
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
   * Reads `files` again; every other setting stays. A groups file that cannot be used is one of the `toleratedProblems`.
   *
   * @throws ConfigError with every other problem
   */
  readonly readFiles: () => Promise<Config>
  /** Reads everything again, the configuration file included. @throws ConfigError with every problem */
  readonly readAll: () => Promise<Config>
}

/** The base URL of a server code. */
export function defaultBaseUrl(server: string): string {
  return `https://wv${server}.wolkvox.com`
}

/** Whether ids or names of agents are hidden, so that a file of another process may show what has to be hidden. */
export function hidesAgents({ agentId, agentName }: Pick<Operation, 'agentId' | 'agentName'>): boolean {
  return agentId === 'hash' || agentName !== 'plain'
}
