import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAnswers } from '../answer.ts'
import type { Defer } from '../cleanup.ts'
import { REFRESHED, settingsFor, startExporter } from '../exporter.ts'
import { makeFolder } from '../folder.ts'
import { fetchedAtOf, getPage } from '../page.ts'
import { runProgram } from '../run-program.ts'
import { sendLastByteLate, startPatientWolkvox } from '../wolkvox.ts'

/** An exporter that refreshes when it is told to. */
export interface Refreshing {
  /** @returns milliseconds from the last byte of the answer until the first of a page with the new data */
  readonly refresh: () => Promise<number>
  /** @returns milliseconds that parsing and compressing alone take with the same data */
  readonly parseAndGzip: () => Promise<number>
}

// As many as there are in a quarter of an hour, at the usual five minutes.
const WARM_UP_REFRESHES = 3

// So that a call always waits to be answered.
const INTERVAL_SECONDS = 1

const PARSE_AND_GZIP = new URL('parse-and-gzip.ts', import.meta.url).pathname

export async function startRefreshing(agents: number, defer: Defer): Promise<Refreshing> {
  const answers = makeAnswers(agents)
  const wolkvox = await startPatientWolkvox(defer)
  const settings = settingsFor(wolkvox.url, INTERVAL_SECONDS)
  const exporter = await startExporter(settings, makeFolder(defer), defer)
  const folder = makeFolder(defer)
  const answerFile = join(folder, 'answer.json')
  const textFile = join(folder, 'metrics')
  let refreshes = 0
  let servedAt = Number.NaN

  async function refresh(): Promise<number> {
    const answer = answers[refreshes % answers.length] ?? Buffer.alloc(0)
    refreshes += 1
    const call = await wolkvox.nextCall()
    const [lastByteAt] = await Promise.all([sendLastByteLate(call, answer), exporter.nextLog(REFRESHED)])
    const { firstByteAt, text } = await getPage(exporter.listening)
    const fetchedAt = fetchedAtOf(text)
    if (Number.isNaN(fetchedAt) || fetchedAt === servedAt) throw new Error('the new data is not served')
    servedAt = fetchedAt
    if (refreshes === 1) await Promise.all([writeFile(answerFile, answer), writeFile(textFile, text)])
    return firstByteAt - lastByteAt
  }

  // Neither the code nor the heap of the first ones is warm; nor is there data to be compressed before.
  for (let time = 0; time < WARM_UP_REFRESHES; time += 1) await refresh()
  return {
    refresh,
    parseAndGzip: async () =>
      Number(await runProgram(process.execPath, [PARSE_AND_GZIP, answerFile, textFile])),
  }
}
