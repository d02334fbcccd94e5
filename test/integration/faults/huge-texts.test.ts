import { describe, expect, it } from 'vitest'
import { aRecord } from '../../../tools/fixtures.ts'
import { expectAllAgents, expectPromptResponses, hasEnded } from './fault-scenario.ts'
import { expectBoundedMemory, runWithResponse, startPairOfProcesses } from './hostile-response.ts'
import { inEnvelope, listOf } from './hostile-shapes.ts'
import { usePairs } from './pairs.ts'
import { recordFigures } from './run-faults.ts'
import { growth } from './scrape.ts'

// A name is part of 16 families, so a response at the limit could become a body of gigabytes. Memory must stay bounded, whether
// the exporter drops such texts or rejects the response.
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
      const result = await runWithResponse(pair, inEnvelope(listOf(count, record)), { ended: hasEnded })
      const failures = Object.keys(growth(result.before, result.after, 'wolkvox_refresh_failures_total'))
      recordFigures(task, failures.join() || 'none', result)
      expect(['', 'too_large']).toContain(failures.join())
      expectBoundedMemory(result)
      expectPromptResponses(result.during)
      expectAllAgents(result)
    }),
  )
})
