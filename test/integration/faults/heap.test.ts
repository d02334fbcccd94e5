import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aRecord } from '../../support/helpers.ts'
import { distinctKeys, inEnvelope, listOf } from './hostile-shapes.ts'

const SCRIPT = new URL('./small-heap.ts', import.meta.url).pathname

// An eighth of what the worker thread may take; below it V8 itself begins to be short of room.
const HEAP_MB = 64

const RECORDS = 60_000

const manyRecords = (record: (index: number) => string) => inEnvelope(listOf(RECORDS, record))

/** What comes of an answer where memory is small: V8 ends the process when it is not enough. */
async function readWithSmallHeap(answer: Buffer): Promise<string> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, SCRIPT])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stdin.end(answer)
  const [code] = await once(child, 'close')
  return code === 0 ? output : `ended with ${code}`
}

describe(`a heap of ${HEAP_MB} MB is enough for`, () => {
  it('the most agents that wolkvox sends', async () => {
    const answer = manyRecords((index) => JSON.stringify(aRecord({ agent_id: String(index) })))
    expect(await readWithSmallHeap(answer)).toBe(`${RECORDS} records`)
  })

  it('as many records of thirty keys that are all different', async () => {
    const answer = manyRecords((index) => `{"agent_id":"${index}",${distinctKeys(index, 30)}}`)
    expect(await readWithSmallHeap(answer)).toBe(`${RECORDS} records`)
  })

  it('names that fill 60 MB', async () => {
    const name = '€'.repeat(20_000)
    const answer = listOf(1000, (index) => `{"agent_id":"${index}","agent_name":"${name}"}`)
    expect(await readWithSmallHeap(answer)).toBe('too_large')
  })

  it('lists in lists in every record', async () => {
    const answer = manyRecords((index) => `{"agent_id":"${index}","calls":[${'[],'.repeat(300)}[]]}`)
    expect(await readWithSmallHeap(answer)).toBe(`${RECORDS} records`)
  })
})
