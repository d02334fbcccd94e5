import { type Logger, pino, stdTimeFunctions } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { ProcessConfig } from '../config/process-config.ts'
import type { StandardError } from './standard-error.ts'

export type { Logger } from 'pino'

/**
 * Makes the process's log: one JSON object a line, or lines for people.
 *
 * @param terminal whether the output is one
 */
export function createLogger(
  { logLevel, logFormat }: Pick<ProcessConfig, 'logLevel' | 'logFormat'>,
  terminal: boolean,
  { write, onDropped }: Pick<StandardError, 'write' | 'onDropped'>,
): Logger {
  const format = logFormat ?? (terminal ? 'pretty' : 'json')
  const toText =
    format === 'json'
      ? (line: string) => line
      : prettyFactory({ colorize: terminal, translateTime: 'SYS:HH:MM:ss', singleLine: true })
  const log = pino(
    {
      level: logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    },
    { write: (line: string) => write(toText(line)) },
  )
  onDropped((lines) => log.warn({ lines }, 'log lines were dropped; standard error was not read'))
  return log
}
