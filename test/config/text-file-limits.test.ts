import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { readTextFile } from '../../src/config/text-file.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const hanging = vi.hoisted(() => ({ path: '' }))

vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>()
  const stat = (path: string) => (path === hanging.path ? new Promise(() => {}) : files.stat(path))
  return { ...files, stat }
})

it('times out after 10 s if the file system of the token file hangs, and does not block', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  hanging.path = '/mnt/gone/token'
  const read = vi.fn()
  void readTextFile(hanging.path, 'the token', 1024).then(read)
  await vi.advanceTimersByTimeAsync(9999)
  expect(read).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(read).toHaveBeenCalledWith({
    content: undefined,
    problems: ['cannot be read (no response within 10 s); check the file system that contains it'],
    hangs: true,
  })
})

it('rejects a pipe without opening it', async () => {
  const path = join(temporaryFolder(), 'token')
  execFileSync('mkfifo', [path])
  expect((await readTextFile(path, 'the token', 1024)).problems).toEqual([
    'is not a regular file; set it to a file that contains the token',
  ])
})
