import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { eventually } from '../../tools/eventually.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { startProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const STALLED_READER = new URL('./stalled-reader.py', import.meta.url).pathname
const FREE_PORT = '--web.listen-address=127.0.0.1:0'

const kinds = ['pipe', 'blocking-pipe', 'terminal'] as const

/** Starts the exporter with a standard error that is not read any more once it contains the text. */
function startStalled(
  kind: (typeof kinds)[number],
  text: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const { process: child, output } = startProgram(
    'python3',
    [STALLED_READER, kind, text, process.execPath, MAIN, ...argv],
    // Where pyenv keeps its versions.
    { HOME: process.env.HOME, ...environment },
    { cwd: temporaryFolder() },
  )
  const printed = (pattern: RegExp) =>
    eventually(String(pattern), () => pattern.exec(output()) ?? undefined).catch((error) => {
      throw new Error(`${error.message}: ${output()}`)
    })
  return { child, printed }
}

async function simulator() {
  const started = await startSimulator({ ...simulatorDefaults, port: 0, agents: 5, token: 'test-token' })
  onTestFinished(() => started.close())
  return started
}

const environmentOf = (url: string) => ({
  WOLKVOX_SERVER: simulatorDefaults.server,
  WOLKVOX_TOKEN: 'test-token',
  WOLKVOX_BASE_URL: url,
  WOLKVOX_REFRESH_INTERVAL: '1s',
  WOLKVOX_TIMEOUT: '1s',
})

describe.each(kinds)('a log whose reader stalls: %s', (kind) => {
  it.each(['json', 'pretty'])('stops neither refreshes, scrapes nor SIGTERM: %s', async (format) => {
    const wolkvox = await simulator()
    const { child, printed } = startStalled(
      kind,
      'refreshed',
      [FREE_PORT, '--log.level=debug', `--log.format=${format}`],
      environmentOf(wolkvox.url),
    )
    const [, url = ''] = await printed(/(http:\/\/[\d.:]+\/metrics)[\s\S]*full$/m)
    const before = wolkvox.requests
    await eventually('refreshes', () => wolkvox.requests > before + 3 || undefined)
    for (let scrape = 0; scrape < 5; scrape += 1) {
      expect((await fetch(url, { signal: AbortSignal.timeout(2000) })).status).toBe(200)
    }
    const from = performance.now()
    child.kill('SIGTERM')
    expect((await printed(/^ended (.*)$/m))[1]).toBe('0')
    expect(performance.now() - from).toBeLessThan(5000)
  })

  it('does not delay an end with exit code 2', async () => {
    const { printed } = startStalled(kind, '', ['--nonsense'], {})
    expect((await printed(/^ended (.*)$/m))[1]).toBe('2')
  })

  it('does not delay an end with exit code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as { port: number }
    const { printed } = startStalled(
      kind,
      '',
      [`--web.listen-address=127.0.0.1:${port}`],
      environmentOf('http://127.0.0.1:9'),
    )
    expect((await printed(/^ended (.*)$/m))[1]).toBe('1')
  })
})
