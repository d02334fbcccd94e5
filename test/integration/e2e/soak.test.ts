import { expect, it } from 'vitest'
import { soak } from '../../../bench/soak.ts'
import { never } from '../../../tools/fixtures.ts'

const SECONDS = 20

it('serves every scrape and leaks nothing during all kinds of wolkvox failures, and recovers', async () => {
  const lines: string[] = []
  const { violations } = await soak({
    minutes: SECONDS / 60,
    agents: 500,
    seed: 1,
    // A short run must include many failures.
    faultShare: 0.5,
    checkMemory: false,
    // Other tests share the machine, so response times do not count here.
    scrapeLimitMs: 5000,
    stopSignal: never,
    print: (line) => lines.push(line),
  })
  expect(violations, lines.join('\n')).toEqual([])
}, 90_000)
