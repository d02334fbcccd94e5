import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { aRecord } from '../../../tools/fixtures.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { sendInput } from '../../support/programs/program.ts'
import { distinctKeys, inEnvelope, listOf } from './hostile-shapes.ts'

const SCRIPT = new URL('./small-heap.ts', import.meta.url).pathname

// An eighth of the limit of the worker thread. V8 itself needs almost this much.
const HEAP_MB = 64

const RECORDS = 60_000

const manyRecords = (record: (index: number) => string) => inEnvelope(listOf(RECORDS, record))

/** Reads a response with a small heap. V8 ends the process if the heap is too small. */
async function readWithSmallHeap(body: Buffer): Promise<string> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, SCRIPT])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  sendInput(child, body)
  const [code] = await once(child, 'close')
  return code === 0 ? output : `ended with ${code}`
}

describe(`a heap of ${HEAP_MB} MB is enough for`, () => {
  it('the maximum number of agents', async () => {
    const body = manyRecords((index) => JSON.stringify(aRecord({ agent_id: String(index) })))
    expect(await readWithSmallHeap(body)).toBe(`${RECORDS} records`)
  })

  it('as many records with thirty distinct keys each', async () => {
    const body = manyRecords((index) => `{"agent_id":"${index}",${distinctKeys(index, 30)}}`)
    expect(await readWithSmallHeap(body)).toBe(`${RECORDS} records`)
  })

  it('names that fill 60 MB', async () => {
    const name = '€'.repeat(20_000)
    const body = listOf(1000, (index) => `{"agent_id":"${index}","agent_name":"${name}"}`)
    expect(await readWithSmallHeap(body)).toBe('too_large')
  })

  it('nested lists in every record', async () => {
    const body = manyRecords((index) => `{"agent_id":"${index}","calls":[${'[],'.repeat(300)}[]]}`)
    expect(await readWithSmallHeap(body)).toBe(`${RECORDS} records`)
  })
})
