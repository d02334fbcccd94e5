import { createHash } from 'node:crypto'
import type { AgentNameMode } from '../reports/report.ts'
import type { Secret } from './secret.ts'

/** The configuration of one wolkvox operation; all durations in milliseconds. */
export interface Operation {
  /** Value of the `operation` label, unique. */
  readonly name: string
  /** wolkvox's server code, e.g. `0042`. */
  readonly server: string
  readonly token: Secret
  /** Scheme, host and, behind a proxy, a path prefix; without a trailing slash. */
  readonly baseUrl: string
  /** Number of licences; the daily limit is 1000 calls for each. `undefined`: the limit is unknown. */
  readonly licenses: number | undefined
  /** IANA time zone in which the operation's day begins. */
  readonly timeZone: string
  /** Time limit of one request, from connect to last byte. */
  readonly timeoutMs: number
  /** Size limit of the decoded body. */
  readonly maxResponseBytes: number
  readonly agentName: AgentNameMode
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
}

/** The whole configuration. Warnings do not stop the exporter. */
export interface Config {
  readonly operations: readonly Operation[]
  readonly warnings: readonly string[]
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

/** Calls a day that wolkvox allows for each licence. */
export const CALLS_PER_LICENSE = 1000

/** The calls a day that wolkvox allows; `undefined` if the number of licences is unknown. */
export function dailyLimit({ licenses }: { readonly licenses: number | undefined }): number | undefined {
  return licenses === undefined ? undefined : licenses * CALLS_PER_LICENSE
}

/**
 * Identifies the account of an operation: its server code and base URL. Host names are not case-sensitive, so two spellings of a
 * server are one account.
 */
export function accountIdOf({ server, baseUrl }: Pick<Operation, 'server' | 'baseUrl'>): string {
  return JSON.stringify([server.toLowerCase(), new URL(baseUrl).href])
}
