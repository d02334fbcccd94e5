import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { WorkerPoolLimits } from '../../../src/worker/worker-pool.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { type FaultyOperation, INTERVAL_MS, OPERATIONS, startFiftyOperations } from './fifty-operations.ts'
import { type Scrape, scrape, scrapeUntil } from './scrape.ts'

const WINDOW_MS = 2.2 * INTERVAL_MS

/** Timeout of the operation that gets stuck. The others have a longer one. */
const STUCK_TIMEOUT_MS = 1000

// Reading gets stuck or runs out of memory for some operations. Everything else is as in production, except that stuck threads are
// detected and ended earlier, so that the test also covers the time after that.
vi.mock('../../../src/worker/worker-pool.ts', async (original) => {
  const pool = await original<typeof import('../../../src/worker/worker-pool.ts')>()
  const thread = new URL('./faulty-thread.ts', import.meta.url)
  const limits: Partial<WorkerPoolLimits> = {
    slowMs: 1000,
    stuckAfterMs: (task, timeoutMs) =>
      task === 'read' && timeoutMs === STUCK_TIMEOUT_MS
        ? 6000
        : pool.productionLimits.stuckAfterMs(task, timeoutMs),
  }
  return { ...pool, createWorkerPool: () => pool.createWorkerPool({ thread, limits }) }
})

const MAX_RESPONSE_BYTES = 64 * 2 ** 20

/** Sends spaces endlessly. */
const enormous: RequestListener = (_request, response) => {
  const piece = Buffer.alloc(2 ** 20, ' ')
  const flow = () => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', flow)
  flow()
}

const good = answerWith(anEnvelope([aRecord()]))

/** The state of each operation at a scrape, by name. */
function statesOf({ text }: Scrape) {
  const samples = Map.groupBy(parseExposition(text), ({ name }) => name)
  const byOperation = (family: string) =>
    Map.groupBy(samples.get(family) ?? [], ({ labels }) => String(labels.operation))
  const refreshes = byOperation('wolkvox_refreshes_total')
  const failures = byOperation('wolkvox_refresh_failures_total')
  const successes = byOperation('wolkvox_last_success_timestamp_seconds')
  return new Map(
    [...refreshes].map(([operation, [count]]) => [
      operation,
      {
        refreshes: count?.value ?? 0,
        failed: (failures.get(operation) ?? [])
          .filter(({ value }) => value > 0)
          .map(({ labels }) => labels.reason),
        ageMs: Date.now() - (successes.get(operation)?.[0]?.value ?? 0) * 1000,
      },
    ]),
  )
}

it(`of ${OPERATIONS} operations, the healthy ones miss no refresh beside one that is stuck, one without response, one enormous and one out of memory`, async () => {
  const faulty: readonly FaultyOperation[] = [
    ['stuck', good],
    ['silent', () => {}],
    ['enormous', enormous],
    ['memory', good],
  ]
  const { url, healthy } = await startFiftyOperations(faulty, {
    serverOf: () => good,
    settingsOf: (name) => ({
      timeoutMs: name === 'stuck' ? STUCK_TIMEOUT_MS : 60_000,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    }),
  })

  const haveRefreshed = (of: Scrape) => {
    const states = statesOf(of)
    return healthy.every((name) => (states.get(name)?.refreshes ?? 0) > 1)
  }
  await scrapeUntil(url, 'two refreshes of each healthy operation', haveRefreshed, {
    everyMs: 500,
    timeoutMs: 60_000,
  })
  const oldest = new Map<string, number>()
  let states = statesOf(await scrape(url))
  for (const startedAt = performance.now(); performance.now() - startedAt < WINDOW_MS; await sleep(500)) {
    states = statesOf(await scrape(url))
    for (const [name, { ageMs }] of states) oldest.set(name, Math.max(ageMs, oldest.get(name) ?? 0))
  }

  expect(healthy.filter((name) => states.get(name)?.failed.length !== 0)).toEqual([])
  // The next refresh is due after one interval. Data that is as old as two has missed it.
  expect([...oldest].filter(([name, ageMs]) => healthy.includes(name) && ageMs >= 2 * INTERVAL_MS)).toEqual(
    [],
  )
  expect(faulty.map(([name]) => [name, states.get(name)?.failed])).toEqual([
    ['stuck', ['internal']],
    ['silent', []],
    ['enormous', ['too_large']],
    ['memory', ['too_large']],
  ])
  expect(states.get('silent')?.refreshes).toBe(0)
}, 120_000)
