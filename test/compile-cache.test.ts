import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cacheCompiledSource, isPrivateFolder } from '../src/compile-cache.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

vi.mock('node:module', async (original) => ({
  ...(await original<typeof import('node:module')>()),
  enableCompileCache: vi.fn(),
}))

afterEach(() => vi.mocked(enableCompileCache).mockClear())

const newPath = () => join(temporaryFolder(), 'cache')

describe('the folder of the compile cache', () => {
  it('is created for this user only', () => {
    const path = newPath()
    expect(isPrivateFolder(path)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(isPrivateFolder(path)).toBe(true)
  })

  it.each(['770', '720', '702', '750'])('is refused with the mode %s', (mode) => {
    const path = newPath()
    mkdirSync(path)
    chmodSync(path, mode)
    expect(isPrivateFolder(path)).toBe(false)
  })

  it('is refused if it belongs to another user', () => {
    const path = newPath()
    vi.spyOn(process, 'getuid').mockReturnValueOnce(4242)
    expect(isPrivateFolder(path)).toBe(false)
  })

  it('is refused if it is a link or a file, or cannot be created', () => {
    const [link, file, missing] = [newPath(), newPath(), join(newPath(), 'cache')]
    symlinkSync(temporaryFolder(), link)
    writeFileSync(file, '')
    expect([link, file, missing].map(isPrivateFolder)).toEqual([false, false, false])
  })
})

describe('the compile cache', () => {
  it('is enabled for this thread, and for worker threads through the environment', () => {
    const [path, env] = [newPath(), {}]
    cacheCompiledSource(path, env)
    expect(vi.mocked(enableCompileCache).mock.calls).toEqual([[path]])
    expect(env).toEqual({ NODE_COMPILE_CACHE: path })
  })

  it.each([
    ['another cache is set', { NODE_COMPILE_CACHE: '/elsewhere' }],
    ['coverage is measured', { NODE_V8_COVERAGE: '/coverage' }],
  ])('is not enabled while %s', (_, given) => {
    const env = { ...given }
    cacheCompiledSource(newPath(), env)
    expect(enableCompileCache).not.toHaveBeenCalled()
    expect(env).toEqual(given)
  })

  it('is not enabled without a private folder', () => {
    const env = {}
    cacheCompiledSource(join(newPath(), 'cache'), env)
    expect(enableCompileCache).not.toHaveBeenCalled()
    expect(env).toEqual({})
  })
})
