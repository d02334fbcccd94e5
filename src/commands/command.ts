import type { Arguments } from '../config/flags.ts'
import type { Environment } from '../config/variables.ts'

/** What the process gives a command. */
export interface Surroundings {
  readonly environment: Environment
  readonly terminal: boolean
  /** Prints to standard output. */
  readonly print: (text: string) => void
  /** Prints to standard error, without blocking. */
  readonly complain: (text: string) => void
  /** Aborted when the process is asked to end. */
  readonly ending: AbortSignal
  /** Aborted when the terminal is closed (SIGHUP), or the reader of standard output or error has ended. */
  readonly hangup: AbortSignal
  /** Takes a function that is called with the number of lines that could not be printed to standard error. */
  readonly onDropped: (report: (lines: number) => void) => void
  /** Called by a command that ends although something hangs, for which a regular exit would wait. */
  readonly reportHang: () => void
  /** Called when a reload is asked for, until the command has ended. */
  readonly onReload: (reload: () => void) => void
}

/** Runs to its end and tells the exit code. */
export type Command = (args: Arguments, surroundings: Surroundings) => Promise<ExitCode>

/** 0 ended as asked; 1 could not go on; 2 wrong flags or configuration. */
export type ExitCode = 0 | 1 | 2
