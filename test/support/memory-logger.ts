import { type Logger, pino } from 'pino'

export type LogLine = Readonly<Record<string, unknown>>

/** The log of the command that the test started last. */
export const logLines: LogLine[] = []

/**
 * Replaces the real `createLogger`, which writes to standard error, if a command runs in the process of the test:
 * `vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))`.
 */
export function createLogger({ logLevel }: { readonly logLevel: string }): Logger {
  return pino(
    { level: logLevel, base: null, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => void logLines.push(JSON.parse(line)) },
  )
}
