import { expect, it } from 'vitest'
import { soak } from '../../../bench/soak.ts'
import { never } from '../../support/helpers.ts'

const SECONDS = 20

it('answers every scrape and leaves nothing open while wolkvox fails in every way, and is whole after', async () => {
  const lines: string[] = []
  const { breaches } = await soak({
    minutes: SECONDS / 60,
    agents: 500,
    seed: 1,
    // So short a run has to see many of them.
    faultShare: 0.5,
    judgeMemory: false,
    // Other tests share the machine: here it counts that the answers come.
    scrapeLimitMs: 5000,
    ending: never,
    print: (line) => lines.push(line),
  })
  expect(breaches, lines.join('\n')).toEqual([])
}, 90_000)
