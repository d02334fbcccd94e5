import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createDisk, DiskTimeoutError } from '../../src/storage/disk.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

/** A file operation that ends when told. */
function anOperation() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const run = vi.fn(() => promise)
  return { run, end: resolve, fail: reject, started: () => run.mock.calls.length > 0 }
}

const turn = () => vi.advanceTimersByTimeAsync(0)
const TIMEOUT_MS = 10_000

describe('a disk that answers', () => {
  it('runs operations one after the other', async () => {
    const disk = createDisk()
    const [first, second] = [anOperation(), anOperation()]
    const results = Promise.all([disk.run(first.run), disk.run(second.run)])
    await turn()
    expect([first.started(), second.started()]).toEqual([true, false])
    first.end('a')
    await turn()
    expect(second.started()).toBe(true)
    second.end('b')
    expect(await results).toEqual(['a', 'b'])
  })

  it('passes an error on and goes on with the next', async () => {
    const disk = createDisk()
    const failing = disk.run(() => Promise.reject(new Error('no room')))
    const next = disk.run(async () => 'written')
    await expect(failing).rejects.toThrow('no room')
    expect(await next).toBe('written')
  })

  it('keeps no timer once an operation has ended, well or not', async () => {
    const disk = createDisk()
    await disk.run(async () => 'read')
    await disk.run(() => Promise.reject(new Error('no room'))).catch(() => {})
    await disk.idle()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a disk that hangs', () => {
  async function hungDisk() {
    const disk = createDisk()
    const hanging = anOperation()
    const failed = expect(disk.run(hanging.run)).rejects.toThrow(
      new DiskTimeoutError('the disk did not answer within 10 s'),
    )
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS)
    await failed
    return { disk, hanging }
  }

  it('times out after 10 s, not before', async () => {
    const disk = createDisk()
    const settled = vi.fn()
    disk.run(anOperation().run).catch(settled)
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toHaveBeenCalledOnce()
  })

  it('refuses every further operation at once, and starts none', async () => {
    const { disk } = await hungDisk()
    const next = anOperation()
    for (let times = 0; times < 5; times += 1) {
      await expect(disk.run(next.run)).rejects.toThrow(DiskTimeoutError)
    }
    expect(next.started()).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('never starts an operation that has waited behind the hung one', async () => {
    const disk = createDisk()
    const [hanging, waiting] = [anOperation(), anOperation()]
    const both = Promise.allSettled([disk.run(hanging.run), disk.run(waiting.run)])
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS)
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    hanging.end('late')
    await disk.idle()
    expect(waiting.started()).toBe(false)
  })

  it.each([
    ['succeeds', (hanging: ReturnType<typeof anOperation>) => hanging.end('late')],
    ['fails', (hanging: ReturnType<typeof anOperation>) => hanging.fail(new Error('late'))],
  ])('is used again once the hung operation %s', async (_how, end) => {
    const { disk, hanging } = await hungDisk()
    end(hanging)
    await disk.idle()
    expect(await disk.run(async () => 'written')).toBe('written')
  })

  it('is not idle until the hung operation has ended', async () => {
    const { disk, hanging } = await hungDisk()
    const idle = vi.fn()
    void disk.idle().then(idle)
    await turn()
    expect(idle).not.toHaveBeenCalled()
    hanging.end('late')
    await turn()
    expect(idle).toHaveBeenCalled()
  })
})
