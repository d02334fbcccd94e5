import { onTestFinished, vi } from 'vitest'
import type { Surroundings } from '../../src/commands/command.ts'
import { type LogLine, logLines } from '../support/memory-logger.ts'
import { runCommand } from './surroundings.ts'

/** Listens on a free port and stores nothing, so that tests do not disturb each other. */
export const ISOLATED = ['--web.listen-address=127.0.0.1:0', '--storage.path=']

/**
 * Starts a command in this process and stops it with the test. The test file has to replace the logger with
 * `memory-logger.ts`.
 */
export function startCommand(argv: readonly string[], environment: Surroundings['environment'] = {}) {
  const [ending, hangup] = [new AbortController(), new AbortController()]
  const output = { printed: '', complained: '' }
  const reloads: (() => void)[] = []
  let hangs = false
  logLines.length = 0
  const ended = runCommand(argv, environment, {
    ending: ending.signal,
    hangup: hangup.signal,
    print: (text) => {
      output.printed += text
    },
    complain: (text) => {
      output.complained += text
    },
    reportHang: () => {
      hangs = true
    },
    onReload: (reload) => void reloads.push(reload),
  }).then(({ code }) => ({ code, hangs }))
  const stop = () => {
    ending.abort()
    return ended
  }
  onTestFinished(async () => {
    await stop()
  })
  return {
    output,
    ended,
    /** As SIGTERM and SIGINT do. */
    stop,
    /** As SIGHUP and a closed output do. */
    hangUp: () => {
      hangup.abort()
      return ended
    },
    /** As SIGHUP does, too. */
    reload: () => {
      for (const each of reloads) each()
    },
    logged,
    /** Where the exporter listens, without the path of the metrics. */
    url: async () => String((await logged({ msg: 'listening' })).url).replace(/\/metrics$/, ''),
  }
}

/** The first line of the log with these fields, once it is there. */
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
