import { type Logger, pino, stdTimeFunctions } from 'pino'
import type { ProcessConfig } from '../config/process-config.ts'
import { redactSecrets } from '../secret.ts'
import type { DroppedLines, StandardError } from './standard-error.ts'

export type { Logger } from 'pino'

/**
 * Creates the log of the process: one JSON object per line, or readable text. No line contains a secret of the process.
 *
 * @param terminal whether the output is a terminal
 */
export async function createLogger(
  { logLevel, logFormat }: Pick<ProcessConfig, 'logLevel' | 'logFormat'>,
  terminal: boolean,
  { write, onDropped }: Pick<StandardError, 'write' | 'onDropped'>,
): Promise<Logger> {
  const format = logFormat ?? (terminal ? 'pretty' : 'json')
  const toText = format === 'json' ? (line: string) => line : await loadPretty(terminal)
  const log = pino(
    {
      level: logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    },
    { write: (line: string) => write(toText(redactSecrets(line))) },
  )
  onDropped(({ lines, reason }) => log.warn({ lines, problem: DROPPED[reason] }, 'log lines dropped'))
  return log
}

const DROPPED: Readonly<Record<DroppedLines['reason'], string>> = {
  'not-read': 'standard error was not read',
  'too-large': 'a line was larger than 1 MiB',
}

/** Loaded only if needed: services log JSON. */
async function loadPretty(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss', singleLine: true })
}
