import { describe, it } from 'vitest'
import { expectBoundedMemory, runHostileResponse, startPairOfProcesses } from './hostile-response.ts'
import { impossibleShapes, inEnvelope } from './hostile-shapes.ts'
import { usePairs } from './pairs.ts'
import { expectFailureAndRecovery, note } from './run-faults.ts'

const MIB = 2 ** 20

// What the smaller does to other ways of reading it has been measured; the larger is the configured limit.
const rows = impossibleShapes.flatMap((shape) => [
  { ...shape, form: '32 MiB, as the bare answer', size: 32 * MIB, wrap: (data: Buffer) => data },
  { ...shape, form: '64 MiB, as data', size: 64 * MIB - 100, wrap: inEnvelope },
])

// No more at a time, as it is measured how soon they answer.
const withPair = usePairs(startPairOfProcesses, 2)

describe.concurrent('an answer that no report can be', () => {
  it.for(rows)('$what, $form: too_large', { timeout: 120_000 }, ({ data, size, wrap }, { task }) =>
    withPair(async (pair) => {
      const scenario = await runHostileResponse(pair, wrap(data(size)))
      note(task, 'too_large', scenario)
      expectFailureAndRecovery(scenario, 'too_large')
      expectBoundedMemory(scenario)
    }),
  )

  it('64 MiB around the records: too_large', { timeout: 120_000 }, ({ task }) =>
    withPair(async (pair) => {
      const around = Buffer.alloc(63 * MIB, '"k":[],')
      const body = Buffer.concat([Buffer.from('{'), around, Buffer.from('"data":[]}')])
      const scenario = await runHostileResponse(pair, body)
      note(task, 'too_large', scenario)
      expectFailureAndRecovery(scenario, 'too_large')
      expectBoundedMemory(scenario)
    }),
  )
})
