import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import pretty from 'pino-pretty'
import type { ProcessConfig } from '../config/process-config.ts'

export type { Logger } from 'pino'

/**
 * Makes the process's log: one JSON object a line on standard error, or lines for people.
 *
 * @param terminal whether standard error is one
 * @param onClosed called when the reader of standard error has ended; later lines are dropped
 */
export function createLogger(
  { logLevel, logFormat }: Pick<ProcessConfig, 'logLevel' | 'logFormat'>,
  terminal: boolean,
  onClosed: () => void = () => {},
): Logger {
  const format = logFormat ?? (terminal ? 'pretty' : 'json')
  const options = {
    level: logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const stderr = destination({ dest: 2, sync: true })
  // A full disk or a closed pipe behind the log costs the line, not the process.
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') onClosed()
  })
  if (format === 'json') return pino(options, stderr)
  return pino(
    options,
    pretty({
      destination: stderr,
      colorize: terminal,
      translateTime: 'SYS:HH:MM:ss',
      singleLine: true,
    }),
  )
}
