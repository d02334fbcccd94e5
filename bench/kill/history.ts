import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseExposition } from '../../tools/parse-exposition.ts'
import type { Row } from '../run-bench.ts'
import { problemsOfAge, problemsOfData, problemsWithoutData, readServedValues } from './body.ts'
import { type Calls, LATENCY_MS } from './kill-times.ts'
import type { ProcessRun } from './run-record.ts'

/** What the bench knows of all processes so far. */
export interface History {
  /** Checks a body of `/metrics`. @param callsBefore calls before its request @returns its problems */
  readonly checkBody: (run: ProcessRun, text: string, callsBefore: number) => readonly string[]
  /** Checks the log and the stored files of a killed process. */
  readonly checkAfterKill: (run: ProcessRun, report: (text: string) => void) => Promise<void>
  readonly runs: () => number
  readonly summary: () => Row[]
}

export function createHistory(folder: string, calls: Calls, agents: ReadonlySet<string>): History {
  const killedWhile = { starting: 0, fetching: 0, writing: 0, idle: 0 }
  const quarantined = new Set<string>()
  let runs = 0
  let restored = 0
  let bodies = 0
  /** Time of the latest data that is certainly stored, in seconds since 1970. */
  let stored: number | undefined

  return {
    checkBody(run, text, callsBefore) {
      const body = readServedValues(parseExposition(text))
      bodies += 1
      const { fetchedAt } = body
      if (fetchedAt === undefined) return problemsWithoutData(body, stored)
      const before = run.served.at(-1)
      if (fetchedAt !== before) run.served.push(fetchedAt)
      run.restored ||= body.refreshes === 0
      const problems = [...problemsOfData(body, agents), ...problemsOfAge(fetchedAt, before ?? stored)]
      if (body.requestsToday >= callsBefore) return problems
      return [...problems, `it counts ${body.requestsToday} calls today, but made ${callsBefore}`]
    },
    async checkAfterKill(run, report) {
      runs += 1
      restored += Number(run.restored)
      const unexpected = unexpectedLines(run.exporter.log())
      if (unexpected.length > 0) report(`unexpected log lines:\n${unexpected.join('\n')}`)
      const files = await filesIn(folder)
      for (const { name } of files.filter((file) => file.name.endsWith('.set-aside'))) {
        if (!quarantined.has(name)) report(`the exporter quarantined a file: ${name}`)
        quarantined.add(name)
      }
      stored = storedBy(run, files) ?? stored
      killedWhile[activityAtKill(run, files, calls.times.at(-1))] += 1
    },
    runs: () => runs,
    summary: () => [
      ['killed before it listened', killedWhile.starting],
      ['killed during a fetch', killedWhile.fetching],
      ['killed during a write', killedWhile.writing],
      ['killed at another time', killedWhile.idle],
      ['served stored data', restored],
      ['bodies checked', bodies],
    ],
  }
}

// The interval is short, and the timeout is longer than the interval.
const CAUSED_BY_SETTINGS = /WOLKVOX_(REFRESH_INTERVAL|TIMEOUT): /

// Each good refresh has a line at `debug`.
const EXPECTED_LEVEL = /"level":"(?:info|debug)"/

/** Complete warnings and errors of the log, except those that the settings of this bench cause. */
function unexpectedLines(log: string): string[] {
  const lines = log.split('\n').slice(0, -1)
  return lines.filter((line) => !EXPECTED_LEVEL.test(line) && !CAUSED_BY_SETTINGS.test(line))
}

interface StoredFile {
  readonly name: string
  readonly writtenAt: number
}

async function filesIn(folder: string): Promise<StoredFile[]> {
  const names = await readdir(folder)
  return Promise.all(
    names.map(async (name) => ({ name, writtenAt: (await stat(join(folder, name))).mtimeMs })),
  )
}

/**
 * The time of the data that a process has certainly stored: the latest that it served, if the file was written after that fetch.
 * Otherwise the previous one, because a refresh begins only after the data of the previous refresh is stored.
 */
function storedBy({ served }: ProcessRun, files: readonly StoredFile[]): number | undefined {
  const last = served.at(-1)
  const file = files.find(({ name }) => name.endsWith('.snapshot'))
  return last !== undefined && file !== undefined && file.writtenAt >= last * 1000 ? last : served.at(-2)
}

/** What the process did when it was killed. */
function activityAtKill(run: ProcessRun, files: readonly StoredFile[], lastCall = 0) {
  const { startedAt, listening, killedAt = 0 } = run
  // A temporary file of an earlier process remains until the next write of that file.
  const isWriting = files.some(({ name, writtenAt }) => name.endsWith('.tmp') && writtenAt >= startedAt)
  if (isWriting) return 'writing'
  if (!listening) return 'starting'
  return killedAt - lastCall < LATENCY_MS ? 'fetching' : 'idle'
}
