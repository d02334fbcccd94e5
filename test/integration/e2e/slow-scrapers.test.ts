import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { allocation } from '../../../bench/speed/exporter.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterProcess } from '../faults/exporters.ts'
import { readByteBySecond, scrapeEverySecond } from './crowd.ts'
import { readHead } from './wire.ts'

const AGENTS = 5000
const SLOW = 50
const PROMPT = 150
const SECONDS = 12

/** Agents with all values, each different from the others. */
const agents = Array.from({ length: AGENTS }, (_, index) =>
  aRecord({
    agent_id: String(100_000 + index),
    agent_name: `Águila ${index}`,
    calls: String(index % 97),
    time_state_now: String(index),
    ready_time: String((index * 7919) % 28_800),
    login_time: String((index * 104_729) % 28_800),
    ocupation: `${(index * 31) % 100}.${index % 100} %`,
  }),
)

it('200 scrapers, 50 of which read one byte a second, are served quickly with little memory', async () => {
  const wolkvox = await serveHttp(answerWith(anEnvelope(agents)))
  const exporter = await startExporterProcess(wolkvox, { ...allocation, WOLKVOX_REFRESH_INTERVAL: '5s' })
  onTestFinished(() => exporter.stop())
  const url = `${exporter.url}/metrics`
  await eventually(
    'first refresh',
    async () => (await (await fetch(url)).text()).includes('wolkvox_agent_state{') || undefined,
  )

  const slow = Array.from({ length: SLOW }, () => readByteBySecond(url))
  const { scrapes, bodies } = await scrapeEverySecond(url, PROMPT, SECONDS)
  const peak = await exporter.peak()

  // They have read part of the status line by now, and can read the whole response.
  const taken = slow.map((scraper) => scraper.taken())
  expect(Math.min(...taken)).toBeGreaterThan(SECONDS / 2)
  expect(Math.max(...taken)).toBeLessThan(SECONDS * 2)
  const responses = (await Promise.all(slow.map(({ finish }) => finish()))).map(readHead)
  for (const { status, headers, rest } of responses) {
    expect([status, headers['content-length']]).toEqual(['HTTP/1.1 200 OK', String(rest.length)])
  }
  expect(scrapes).toHaveLength(PROMPT * SECONDS)
  expect(scrapes.filter(({ status, isComplete }) => status !== 200 || !isComplete)).toEqual([])
  const [first, last] = [bodies[0], bodies.at(-1)].map(readBody)
  expect([first?.agents, last?.agents]).toEqual([AGENTS, AGENTS])
  expect(last?.refreshes).toBeGreaterThan(first?.refreshes ?? Number.NaN)

  const ms = scrapes.map((scrape) => scrape.ms).sort((a, b) => a - b)
  expect.soft(ms[Math.floor(ms.length * 0.99)], 'ms that 99 of 100 scrapes take at most').toBeLessThan(250)
  // Most of it Node, its libraries and a worker thread, before there is any data; running the source costs some 10 MB more than
  // the build, which the bench measures.
  expect.soft(peak, 'bytes resident at most').toBeLessThan(220e6)
}, 60_000)

/** How many agents a body has, and how many refreshes had ended by then. */
function readBody(body: Buffer | undefined) {
  const samples = parseExposition(String(gunzipSync(body ?? '')))
  return {
    agents: samples.filter(({ name }) => name === 'wolkvox_agent_state').length,
    refreshes: samples.find(({ name }) => name === 'wolkvox_refreshes_total')?.value,
  }
}
