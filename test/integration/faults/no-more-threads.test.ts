import { execFileSync, spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { startProgram } from '../../support/programs/program.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname
const NO_MORE_THREADS = new URL('./no-more-threads.mjs', import.meta.url).href

// The limit does not apply to root. An unused user id, so that no other process counts.
const PLACE = process.getuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {}

/** Whether that user can read the program, which may be in a private folder. */
function canRead(path: string): boolean {
  return spawnSync('test', ['-r', path], PLACE).status === 0
}

it.runIf(canRead(MAIN))(
  'an exporter that gets no thread fails each refresh as internal, serves on, and works once it gets one',
  async () => {
    const exporter = startProgram(
      process.execPath,
      [
        '--import',
        NO_MORE_THREADS,
        MAIN,
        '--web.listen-address=127.0.0.1:0',
        '--log.format=json',
        '--storage.path=',
      ],
      {
        WOLKVOX_SERVER: '0042',
        WOLKVOX_TOKEN: 'test-token',
        WOLKVOX_BASE_URL: await serveHttp(answerWith(anEnvelope([aRecord()]))),
        WOLKVOX_REFRESH_INTERVAL: '1s',
      },
      PLACE,
    )
    const logged = (text: string) => eventually(text, () => exporter.output().includes(text) || undefined)
    const url = await eventually('URL', () => /"url":"(http:[^"]+)"/.exec(exporter.output())?.[1])
    const valueIn = async (name: string, reason?: string) => {
      const text = await (await fetch(url)).text()
      const samples = parseExposition(text).filter((sample) => sample.name === name)
      return samples.find(({ labels }) => labels.reason === reason)?.value
    }
    await logged('the worker thread cannot start (EAGAIN)')
    await eventually('third failure', async () =>
      Number(await valueIn('wolkvox_refresh_failures_total', 'internal')) >= 3 ? true : undefined,
    )
    expect(await valueIn('wolkvox_up')).toBe(0)
    expect(exporter.process.exitCode).toBeNull()
    execFileSync('prlimit', [`--pid=${exporter.process.pid}`, '--nproc=1000:'], PLACE)
    await eventually('success', async () => ((await valueIn('wolkvox_up')) === 1 ? true : undefined))
  },
)
