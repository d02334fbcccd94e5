import { expect, it, vi } from 'vitest'
import { readTextFile } from '../../src/config/text-file.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

const disk = vi.hoisted(() => ({ reads: 0, answer: () => {} }))

vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>()
  const stat = () => {
    disk.reads += 1
    return new Promise((resolve) => {
      disk.answer = () => resolve({ isFile: () => true, size: 5 })
    })
  }
  return { ...files, stat, readFile: async () => Buffer.from(' text\n') }
})

it('has one read of a file in flight, however often it is asked for on a hung disk', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const first = readTextFile('/mnt/gone/file', 'the token', 100)
  await vi.advanceTimersByTimeAsync(10_000)
  expect((await first).problems).toEqual([
    'cannot be read (no response within 10 s); check the file system that contains it',
  ])
  const second = readTextFile('/mnt/gone/file', 'the token', 100)
  expect(disk.reads).toBe(1)
  disk.answer()
  expect(await second).toEqual({ content: 'text', problems: [], hangs: false })
  const third = readTextFile('/mnt/gone/file', 'the token', 100)
  expect(disk.reads).toBe(2)
  disk.answer()
  expect((await third).content).toBe('text')
})
