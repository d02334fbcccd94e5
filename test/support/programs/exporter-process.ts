import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { vi } from 'vitest'
import { ROOT } from '../../../tools/files.ts'
import type { LogLine } from '../memory-logger.ts'
import { onTestFinished } from '../on-test-finished.ts'
import { temporaryFolder } from '../temporary-folder.ts'

// The documented limit after SIGTERM and SIGINT.
const SHUTDOWN_LIMIT_MS = 5000

export const ENDED_WELL = { code: 0, signal: null, inTime: true }

/**
 * Starts the exporter as a process in a temporary folder. It is killed when the test ends.
 *
 * @param stderrFile file for standard error, which is otherwise in `output`
 */
export function startProcess(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stderrFile?: string,
) {
  const cwd = temporaryFolder()
  const stderr = stderrFile === undefined ? undefined : openSync(stderrFile, 'w')
  const child: ChildProcess = spawn(process.execPath, [`${ROOT}src/main.ts`, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', stderr ?? 'pipe'],
  })
  if (stderr !== undefined) closeSync(stderr)
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
    })
  }
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await closed
  })

  const log = (): LogLine[] =>
    output.stderr
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  /** Waits for a log line with these fields. */
  const logged = (fields: LogLine): Promise<LogLine> =>
    vi.waitFor(
      () => {
        const line = log().find((each) => Object.entries(fields).every(([key, value]) => each[key] === value))
        if (line === undefined) throw new Error(`not logged yet: ${JSON.stringify(fields)}\n${output.stderr}`)
        return line
      },
      { timeout: 15_000, interval: 20 },
    )
  const ended = async () => {
    const [code, signal] = await closed
    return { code, signal }
  }
  return {
    pid: Number(child.pid),
    output,
    log,
    logged,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    /** Closes the reader of an output, as `head` does. */
    stopReading: (stream: 'stdout' | 'stderr') => child[stream]?.destroy(),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    endBy: async (signal: NodeJS.Signals) => {
      const from = performance.now()
      child.kill(signal)
      const result = await ended()
      return { ...result, inTime: performance.now() - from < SHUTDOWN_LIMIT_MS }
    },
    /** Where it listens, without the path of the metrics. */
    url: async () => String((await logged({ msg: 'listening' })).url).replace(/\/metrics$/, ''),
  }
}

/** Runs the exporter as a process to its end. */
export async function runProcess(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const program = startProcess(argv, environment)
  const { code } = await program.ended()
  return { code, ...program.output }
}
