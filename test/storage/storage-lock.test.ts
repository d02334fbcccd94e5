import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DiskTimeoutError } from '../../src/storage/disk.ts'
import { createLocks, LockError, StorageInUseError } from '../../src/storage/storage-lock.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MODULE = new URL('../../src/storage/storage-lock.ts', import.meta.url).href

let path: string

beforeEach(() => {
  path = join(temporaryFolder(), 'account.lock')
})

function locksOf(...parts: Parameters<typeof createLocks>) {
  const locks = createLocks(...parts)
  onTestFinished(() => locks.close())
  return locks
}

/** Another process that takes the lock and then does nothing. */
async function startOwner() {
  const script = `
    import { createLocks } from ${JSON.stringify(MODULE)}
    await createLocks().acquire(${JSON.stringify(path)}, '0042')
    console.log('locked')
    setInterval(() => {}, 1000)`
  const program = join(temporaryFolder(), 'owner.mjs')
  await writeFile(program, script)
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  // An owner that fails closes its output.
  const [first] = await Promise.race([once(child.stdout, 'data'), once(child.stdout, 'close')])
  expect(String(first)).toContain('locked')
  return {
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function replaceFile(): Promise<void> {
  await writeFile(`${path}.new`, '')
  await rename(`${path}.new`, path)
}

describe('a lock', () => {
  it('is refused while another process has it, and free again at once when that process was killed', async () => {
    const owner = await startOwner()
    const locks = locksOf()
    await expect(locks.acquire(path, '0042')).rejects.toThrow(StorageInUseError)
    await owner.kill()
    expect(await locks.acquire(path, '0042')).toBe('acquired')
  })

  it('is refused within the same process too, and a refusal leaves no file open', async () => {
    await locksOf().acquire(path, '0042')
    const others = locksOf()
    const refuse = () => expect(others.acquire(path, '0042')).rejects.toThrow(StorageInUseError)
    await refuse()
    const opened = async () => (await readdir('/proc/self/fd')).length
    const before = await opened()
    for (let time = 0; time < 10; time += 1) await refuse()
    expect(await opened()).toBeLessThanOrEqual(before)
  })

  it('is kept, and stays refused to others, when it is acquired again', async () => {
    const locks = locksOf()
    await locks.acquire(path, '0042')
    expect(await locks.acquire(path, '0042')).toBe('kept')
    await expect(locksOf().acquire(path, '0042')).rejects.toThrow(StorageInUseError)
  })

  it.each([
    ['removed', () => rm(path)],
    ['replaced', replaceFile],
    ['removed with its folder', () => rm(join(path, '..'), { recursive: true })],
  ])('is acquired again when its file was %s', async (_how, change) => {
    const locks = locksOf()
    await locks.acquire(path, '0042')
    await change()
    expect(await locks.acquire(path, '0042')).toBe('acquired')
    expect(await locks.acquire(path, '0042')).toBe('kept')
    await expect(locksOf().acquire(path, '0042')).rejects.toThrow(StorageInUseError)
  })

  it('is lost when another process has locked the file that replaced it', async () => {
    const locks = locksOf()
    await locks.acquire(path, '0042')
    await replaceFile()
    await startOwner()
    await expect(locks.acquire(path, '0042')).rejects.toThrow(StorageInUseError)
  })

  it.each(['x', 'something else, longer than the header of a database. '.repeat(100)])(
    'replaces other content of its file: %.10s',
    async (content) => {
      await writeFile(path, content)
      expect(await locksOf().acquire(path, '0042')).toBe('acquired')
      await expect(locksOf().acquire(path, '0042')).rejects.toThrow(StorageInUseError)
    },
  )

  it('leaves one empty file, for the owner alone in a folder that it had to make', async () => {
    const folder = join(path, '..', 'data')
    const locks = locksOf()
    for (let times = 0; times < 3; times += 1) {
      await locks.acquire(join(folder, 'account.lock'), '0042')
      expect(await readdir(folder)).toEqual(['account.lock'])
      await locks.release(join(folder, 'account.lock'))
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it('is free for others once it is released, or the locks are closed', async () => {
    const locks = locksOf()
    const others = locksOf()
    await locks.acquire(path, '0042')
    await locks.release(path)
    expect(await others.acquire(path, '0042')).toBe('acquired')
    await others.close()
    expect(await locks.acquire(path, '0042')).toBe('acquired')
  })

  it('is not needed where the folder cannot be written to', async () => {
    await writeFile(path, '')
    expect(await locksOf().acquire(join(path, 'account.lock'), '0042')).toBe('unavailable')
  })

  it('fails at once where a pipe is in its place', async () => {
    execFileSync('mkfifo', [path])
    await expect(locksOf().acquire(path, '0042')).rejects.toThrow(new LockError('disk I/O error'))
  })

  it('starts no thread for a release, or before it is used', async () => {
    const locks = locksOf(1, new URL('file:///no/such/thread.js'))
    await locks.release(path)
    await locks.close()
  })
})

describe('a lock thread that hangs', () => {
  const HUNG = new URL('./hung-lock-thread.ts', import.meta.url)

  it('costs the time limit once; later locks fail at once', async () => {
    const locks = locksOf(200, HUNG)
    await expect(locks.acquire(path, '0042')).rejects.toThrow(DiskTimeoutError)
    const from = performance.now()
    await expect(locks.acquire(path, '0042')).rejects.toThrow('an earlier file operation still hangs')
    await expect(locks.release(path)).rejects.toThrow(DiskTimeoutError)
    expect(performance.now() - from).toBeLessThan(150)
  })

  it('does not block this thread', async () => {
    const locks = locksOf(1000, HUNG)
    const acquiring = locks.acquire(path, '0042').catch(() => {})
    let longest = 0
    for (let turn = 0; turn < 20; turn += 1) {
      const from = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 10))
      longest = Math.max(longest, performance.now() - from)
    }
    expect(longest).toBeLessThan(500)
    await acquiring
  })
})

it('a lock thread that ends fails what waits for it, and the next lock starts another', async () => {
  const locks = locksOf(5000, new URL('data:text/javascript,process.exit()'))
  for (let times = 0; times < 2; times += 1) {
    await expect(locks.acquire(path, '0042')).rejects.toThrow(new LockError('the lock thread ended'))
  }
})
