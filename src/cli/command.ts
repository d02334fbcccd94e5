import type { Arguments } from '../config/flags.ts'
import type { Environment } from '../config/variables.ts'
import type { HostProcess } from '../exporter/exporter.ts'
import type { StandardError } from '../telemetry/standard-error.ts'

/** The process as a command sees it. */
export interface CommandContext extends HostProcess {
  readonly environment: Environment
  /** Whether standard error is a terminal. */
  readonly terminal: boolean
  /** Prints to standard output. */
  readonly print: (text: string) => void
  /** Prints to standard error, without blocking. */
  readonly writeError: (text: string) => void
  /** Aborted when the terminal is closed (SIGHUP), or the reader of standard output or error has exited. */
  readonly hangup: AbortSignal
  /** Registers a callback for lines dropped from standard error. */
  readonly onDropped: StandardError['onDropped']
}

/** Runs a command and returns the exit code. */
export type Command = (args: Arguments, context: CommandContext) => Promise<ExitCode>

/** 0: success or a requested shutdown; 1: runtime failure; 2: wrong flags or configuration. */
export type ExitCode = 0 | 1 | 2
