import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAnswers } from '../answer.ts'
import { checkBytes } from '../check-bytes.ts'
import { type Defer, withCleanup } from '../cleanup.ts'
import { ONCE_SECONDS, settingsFor, startExporter, untilRefreshed } from '../exporter.ts'
import { makeFolder } from '../folder.ts'
import { fetchedAtOf, getPage } from '../page.ts'
import { startWolkvox } from '../wolkvox.ts'
import { startNginx } from './nginx.ts'
import { startPromClient } from './prom-client.ts'

/** The exporter and nginx with the same bytes, and how to start who renders the same samples for each scrape. */
export interface Rivals {
  readonly exporter: string
  readonly nginx: string
  /** With a worker for each core. */
  readonly nginxOnAllCores: string
  readonly startPromClient: (defer: Defer) => Promise<string>
}

/** Starts them, with the URL of each, and checks that they serve the same. @throws DifferentBytes */
export async function startRivals(agents: number, defer: Defer): Promise<Rivals> {
  const answers = makeAnswers(agents)
  const wolkvox = await startWolkvox(answers, defer)
  const exporter = await startExporter(settingsFor(wolkvox, ONCE_SECONDS), makeFolder(defer), defer)
  await untilRefreshed(exporter)
  const page = await getPage(exporter.listening)
  const folder = makeFolder(defer)
  const answerFile = join(folder, 'answer.json')
  await writeFile(answerFile, answers[0] ?? '')
  const rivals = {
    exporter: exporter.listening,
    nginx: await startNginx(page, 1, makeFolder(defer), defer),
    nginxOnAllCores: await startNginx(page, 'auto', makeFolder(defer), defer),
    startPromClient: (until: Defer) => startPromClient(answerFile, fetchedAtOf(page.text), until),
  }
  await withCleanup(async (until) => {
    await checkBytes({ ...rivals, page, promClient: await rivals.startPromClient(until) }, agents)
  })
  return rivals
}
