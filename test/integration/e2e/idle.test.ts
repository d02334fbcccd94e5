import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'

// Of the kernel's clock, in which it counts a process's time.
const TICKS_PER_SECOND = 100

const WATCHED_S = 30
const MOST_CPU_SECONDS_PER_MINUTE = 0.05

/** CPU time of the process so far, in seconds: the fields utime and stime, see proc(5). */
async function cpuSecondsOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

it(`an exporter without scrapes takes at most ${MOST_CPU_SECONDS_PER_MINUTE} CPU seconds a minute`, async () => {
  const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord()])))
  const { process, output } = await startExporterProcess({
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN: 'test-token',
    WOLKVOX_BASE_URL: baseUrl,
  })
  await eventually('refresh', () => output().includes('"refreshed"') || undefined)
  // By then the work after startup, such as a last garbage collection, is done.
  await sleep(5000)
  const before = await cpuSecondsOf(process.pid)
  await sleep(WATCHED_S * 1000)
  const perMinute = ((await cpuSecondsOf(process.pid)) - before) * (60 / WATCHED_S)
  expect(perMinute).toBeLessThanOrEqual(MOST_CPU_SECONDS_PER_MINUTE)
}, 60_000)
