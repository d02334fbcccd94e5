import { vi } from 'vitest'
import type { CommandContext } from '../../src/cli/command.ts'
import { type LogLine, logLines } from '../support/memory-logger.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { runCommand } from './command-context.ts'

/** Listens on a free port and stores nothing, so that tests do not disturb each other. */
export const ISOLATED = ['--web.listen-address=127.0.0.1:0', '--storage.path=']

/**
 * Starts a command in this process and stops it when the test ends. The test file must replace the logger with
 * `memory-logger.ts`.
 */
export function startCommand(argv: readonly string[], environment: CommandContext['environment'] = {}) {
  const [shutdownSignal, hangup] = [new AbortController(), new AbortController()]
  const output = { printed: '', errors: '' }
  const reloads: (() => void)[] = []
  let hangs = false
  logLines.length = 0
  const ended = runCommand(argv, environment, {
    shutdownSignal: shutdownSignal.signal,
    hangup: hangup.signal,
    print: (text) => {
      output.printed += text
    },
    writeError: (text) => {
      output.errors += text
    },
    reportHang: () => {
      hangs = true
    },
    onReload: (reload) => void reloads.push(reload),
  }).then(({ code }) => ({ code, hangs }))
  const stop = () => {
    shutdownSignal.abort()
    return ended
  }
  onTestFinished(async () => {
    await stop()
  })
  return {
    output,
    ended,
    /** Like SIGTERM and SIGINT. */
    stop,
    /** Like a closed terminal or output. */
    hangUp: () => {
      hangup.abort()
      return ended
    },
    /** Like SIGHUP. */
    reload: () => {
      for (const each of reloads) each()
    },
    logged,
    /** Where the exporter listens, without the path of the metrics. */
    url: async () => String((await logged({ msg: 'listening' })).url).replace(/\/metrics$/, ''),
  }
}

/** Waits for a log line with these fields. */
export function logged(fields: LogLine): Promise<LogLine> {
  return vi.waitFor(
    () => {
      const line = logLines.find((each) =>
        Object.entries(fields).every(([key, value]) => each[key] === value),
      )
      if (line === undefined) throw new Error(`not logged yet: ${JSON.stringify(fields)}`)
      return line
    },
    { timeout: 15_000, interval: 20 },
  )
}
