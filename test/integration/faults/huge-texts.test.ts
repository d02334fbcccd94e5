import { describe, expect, it } from 'vitest'
import { aRecord } from '../../support/helpers.ts'
import { expectPromptAnswers, expectWhole, hasEnded } from './fault-scenario.ts'
import { expectBoundedMemory, runHostileResponse, startPairOfProcesses } from './hostile-response.ts'
import { inEnvelope, listOf } from './hostile-shapes.ts'
import { growth } from './page.ts'
import { usePairs } from './pairs.ts'
import { note } from './run-faults.ts'

// A name stands in each of 16 families, so an answer at the limit could become a page of gigabytes, and each scrape
// another. Whether such texts are left out or such an answer is refused, memory has to stay bounded.
const rows: readonly {
  readonly what: string
  readonly count: number
  readonly texts: (index: number) => Record<string, unknown>
}[] = [
  { what: '1,000 names of 16 KB', count: 1000, texts: () => ({ agent_name: 'x'.repeat(16_000) }) },
  { what: '1,000 names of 20,000 times €', count: 1000, texts: () => ({ agent_name: '€'.repeat(20_000) }) },
  { what: '1,000 states of 60 KB', count: 1000, texts: () => ({ agent_status: 'x'.repeat(60_000) }) },
  {
    what: '1,000 ids of 60 KB',
    count: 1000,
    texts: (index) => ({ agent_id: `${index}${'x'.repeat(60_000)}` }),
  },
  { what: '60,000 names of 700 bytes', count: 60_000, texts: () => ({ agent_name: 'x'.repeat(700) }) },
]

// Each alone, as each takes all the processor that there is.
const withPair = usePairs(startPairOfProcesses, 1)

describe('texts that are huge', () => {
  it.for(rows)('$what: memory stays bounded', { timeout: 120_000 }, ({ count, texts }, { task }) =>
    withPair(async (pair) => {
      const record = (index: number) => JSON.stringify(aRecord({ agent_id: String(index), ...texts(index) }))
      const scenario = await runHostileResponse(pair, inEnvelope(listOf(count, record)), { ended: hasEnded })
      const failures = Object.keys(growth(scenario.before, scenario.after, 'wolkvox_refresh_failures_total'))
      note(task, failures.join() || 'none', scenario)
      expect(['', 'too_large']).toContain(failures.join())
      expectBoundedMemory(scenario)
      expectPromptAnswers(scenario.during)
      expectWhole(scenario)
    }),
  )
})
