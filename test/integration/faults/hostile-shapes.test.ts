import { describe, it } from 'vitest'
import { expectBoundedMemory, runWithResponse, startPairOfProcesses } from './hostile-response.ts'
import { impossibleShapes, inEnvelope } from './hostile-shapes.ts'
import { usePairs } from './pairs.ts'
import { expectFailedAndRecovered, recordFigures } from './run-faults.ts'

const MIB = 2 ** 20

// The smaller size is enough to break other parsers. The larger one is the configured limit.
const rows = impossibleShapes.flatMap((shape) => [
  { ...shape, form: '32 MiB, as the whole response', size: 32 * MIB, wrap: (data: Buffer) => data },
  { ...shape, form: '64 MiB, as data', size: 64 * MIB - 100, wrap: inEnvelope },
])

// Not more in parallel, because the test measures response times.
const withPair = usePairs(startPairOfProcesses, 2)

describe.concurrent('a response that cannot be a report', () => {
  it.for(rows)('$what, $form: too_large', { timeout: 120_000 }, ({ data, size, wrap }, { task }) =>
    withPair(async (pair) => {
      const result = await runWithResponse(pair, wrap(data(size)))
      recordFigures(task, 'too_large', result)
      expectFailedAndRecovered(result, 'too_large')
      expectBoundedMemory(result)
    }),
  )

  it('64 MiB around the records: too_large', { timeout: 120_000 }, ({ task }) =>
    withPair(async (pair) => {
      const around = Buffer.alloc(63 * MIB, '"k":[],')
      const body = Buffer.concat([Buffer.from('{'), around, Buffer.from('"data":[]}')])
      const result = await runWithResponse(pair, body)
      recordFigures(task, 'too_large', result)
      expectFailedAndRecovered(result, 'too_large')
      expectBoundedMemory(result)
    }),
  )
})
