import type { Secret } from './secret.ts'

/** How an agent's name is shown: as it is, as a pseudonym, or not at all. */
export const agentNameModes = ['plain', 'hash', 'omit'] as const

export type AgentNameMode = (typeof agentNameModes)[number]

/** One wolkvox operation as the operator described it; all durations in milliseconds. */
export interface Operation {
  /** Value of the `operation` label, unique. */
  readonly name: string
  /** wolkvox's server code, e.g. `0042`. */
  readonly server: string
  readonly token: Secret
  /** Scheme, host and, behind a proxy, a leading path; without a slash at the end. */
  readonly baseUrl: string
  /** Licences bought; the day's limit is this × 1000 calls. Unknown: no limit is known either. */
  readonly licenses: number | undefined
  /** IANA time zone in which the operation's day turns. */
  readonly timeZone: string
  readonly refreshIntervalMs: number
  /** Of one call, from connect to last byte. */
  readonly timeoutMs: number
  /** If no refresh succeeds for this long, the agent series are removed. */
  readonly staleAfterMs: number
  /** Of the decoded body. */
  readonly maxResponseBytes: number
  readonly agentName: AgentNameMode
}

/** Everything the operator asked for, with what deserves a warning but stops nothing. */
export interface Config {
  readonly operations: readonly Operation[]
  readonly warnings: readonly string[]
}
