import { type Logger, pino } from 'pino'

export type LogLine = Readonly<Record<string, unknown>>

/** What the command that the test started last has logged. */
export const logLines: LogLine[] = []

/**
 * Takes the place of the real `createLogger`, which writes to standard error, where a command runs in the test's process:
 * `vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))`.
 */
export function createLogger({ logLevel }: { readonly logLevel: string }): Logger {
  return pino(
    { level: logLevel, base: null, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => void logLines.push(JSON.parse(line)) },
  )
}
