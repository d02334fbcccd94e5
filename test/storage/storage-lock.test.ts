import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { acquireLock, StorageInUse } from '../../src/storage/storage-lock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MODULE = new URL('../../src/storage/storage-lock.ts', import.meta.url).href

/** Another process that takes the lock and then does nothing. */
async function ownerOf(path: string) {
  const script = `
    import { acquireLock } from ${JSON.stringify(MODULE)}
    await acquireLock(${JSON.stringify(path)}, 'ventas')
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return {
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

describe('a lock', () => {
  it('is refused while another process has it, and free again at once when that process was killed', async () => {
    const path = join(temporaryFolder(), 'ventas.lock')
    const owner = await ownerOf(path)
    await expect(acquireLock(path, 'ventas')).rejects.toThrow(StorageInUse)
    await owner.kill()
    const lock = await acquireLock(path, 'ventas')
    expect(lock).toBeDefined()
    lock?.release()
  })

  it('is refused within the same process too, and a refusal leaves no file open', async () => {
    const path = join(temporaryFolder(), 'ventas.lock')
    const lock = await acquireLock(path, 'ventas')
    const opened = async () => (await readdir('/proc/self/fd')).length
    const before = await opened()
    for (let time = 0; time < 10; time += 1) {
      await expect(acquireLock(path, 'ventas')).rejects.toThrow(StorageInUse)
    }
    lock?.release()
    expect(await opened()).toBeLessThanOrEqual(before)
  })

  it('leaves one empty file, however often it is taken', async () => {
    const folder = temporaryFolder()
    for (let times = 0; times < 3; times += 1) {
      const lock = await acquireLock(join(folder, 'ventas.lock'), 'ventas')
      expect(await readdir(folder)).toEqual(['ventas.lock'])
      lock?.release()
    }
  })

  it('is not needed where the folder cannot be written to', async () => {
    const path = join(temporaryFolder(), 'nowhere', 'ventas.lock')
    expect(await acquireLock(path, 'ventas')).toBeUndefined()
  })
})
