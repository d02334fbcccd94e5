import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { watchFiles } from '../src/file-watcher.ts'
import { onTestFinished } from './support/on-test-finished.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const disk = vi.hoisted(() => ({ hangs: false, calls: 0, pending: new Set<Promise<unknown>>() }))

vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>()
  const stat = (...parameters: Parameters<typeof files.stat>) => {
    disk.calls += 1
    if (disk.hangs) return new Promise(() => {})
    const result = files.stat(...parameters)
    disk.pending.add(result)
    result.catch(() => {}).finally(() => disk.pending.delete(result))
    return result
  }
  return { ...files, stat }
})

beforeEach(() => {
  Object.assign(disk, { hangs: false, calls: 0 })
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
})

/** Lets file operations end, which fake time does not do. */
async function settle() {
  do {
    await Promise.allSettled(disk.pending)
    await new Promise((resolve) => setTimeout(resolve, 10))
  } while (disk.pending.size > 0)
}

async function nextRound() {
  vi.advanceTimersByTime(3000)
  await settle()
}

/** The poll that sees a change, and the one that sees it complete. */
async function twoRounds() {
  await nextRound()
  await nextRound()
}

/** Watches a file, after the report that follows the start. @param onChange what each further report returns */
async function watch(path: string, onChange: () => Promise<boolean> = async () => true) {
  const changed = vi.fn(async () => true)
  const watcher = watchFiles(() => [path], changed)
  onTestFinished(() => void watcher.close())
  await twoRounds()
  if (!disk.hangs) expect(changed).toHaveBeenCalledOnce()
  changed.mockReset().mockImplementation(onChange)
  return { watcher, changed }
}

/** A folder with a token as Kubernetes mounts it: file → ..data/token, ..data → a folder with a date. */
function mountSecret() {
  const folder = temporaryFolder()
  let versions = 0
  const publish = (text: string) => {
    versions += 1
    mkdirSync(join(folder, `..v${versions}`))
    writeFileSync(join(folder, `..v${versions}`, 'token'), text)
    // The new version gets the times of the old one: only the file itself differs.
    utimesSync(join(folder, `..v${versions}`, 'token'), 1, 1)
    symlinkSync(`..v${versions}`, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  publish('one')
  symlinkSync('..data/token', join(folder, 'token'))
  return { path: join(folder, 'token'), publish }
}

describe('a watched file', () => {
  it('that stays causes no call', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const { changed } = await watch(path)
    await twoRounds()
    expect(changed).not.toHaveBeenCalled()
    expect(disk.calls).toBe(4)
  })

  it.each<[string, (path: string) => void]>([
    ['is written in place', (path) => writeFileSync(path, 'two')],
    [
      'is replaced by another of the same size and time',
      (path) => {
        writeFileSync(`${path}.new`, 'two')
        utimesSync(`${path}.new`, 1, 1)
        renameSync(`${path}.new`, path)
      },
    ],
    ['is removed', (path) => rmSync(path)],
  ])('that %s causes one call', async (_how, change) => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    utimesSync(path, 1, 1)
    const { changed } = await watch(path)
    change(path)
    await nextRound()
    expect(changed).not.toHaveBeenCalled()
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(1)
  })

  it('that is still being written causes a call when two polls in a row have seen the same', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const { changed } = await watch(path)
    for (const text of ['t', 'tw', 'two']) {
      writeFileSync(path, text)
      await nextRound()
    }
    expect(changed).not.toHaveBeenCalled()
    await nextRound()
    expect(changed).toHaveBeenCalledTimes(1)
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(1)
  })

  it('that is written while it is read on request is read again when it is complete', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const { watcher, changed } = await watch(path)
    writeFileSync(path, 'tw')
    watcher.check()
    await settle()
    expect(changed).toHaveBeenCalledTimes(1)
    writeFileSync(path, 'two')
    // Just after the request.
    await nextRound()
    expect(changed).toHaveBeenCalledTimes(1)
    await nextRound()
    expect(changed).toHaveBeenCalledTimes(2)
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(2)
  })

  it('causes a call when a link on its path is swapped, as Kubernetes does', async () => {
    const { path, publish } = mountSecret()
    const { changed } = await watch(path)
    publish('two')
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(1)
    publish('six')
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(2)
  })

  it('is read at once on request, also if it did not change', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const { watcher, changed } = await watch(path)
    watcher.check()
    await settle()
    expect(changed).toHaveBeenCalledTimes(1)
  })

  it('is read again after a request that came while it was read', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const reading = Promise.withResolvers<boolean>()
    const { watcher, changed } = await watch(path, () => reading.promise)
    watcher.check()
    await settle()
    watcher.check()
    await settle()
    expect(changed).toHaveBeenCalledTimes(1)
    reading.resolve(true)
    await settle()
    expect(changed).toHaveBeenCalledTimes(2)
  })

  it('on a hung disk is asked for only once', async () => {
    disk.hangs = true
    const { watcher } = await watch('/mnt/gone/token')
    watcher.check()
    await nextRound()
    expect(disk.calls).toBe(1)
  })

  it('is reported at each poll until the report succeeds', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const { changed } = await watch(path, async () => false)
    writeFileSync(path, 'two')
    await nextRound()
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(2)
    changed.mockImplementation(async () => true)
    await nextRound()
    await nextRound()
    expect(changed).toHaveBeenCalledTimes(3)
  })

  it('is not reported after close, which waits for the report in flight', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'one')
    const reading = Promise.withResolvers<boolean>()
    const { watcher, changed } = await watch(path, () => reading.promise)
    watcher.check()
    await settle()
    let isClosed = false
    const closing = watcher.close().then(() => {
      isClosed = true
    })
    await settle()
    expect(isClosed).toBe(false)
    reading.resolve(true)
    await closing
    writeFileSync(path, 'two')
    watcher.check()
    await twoRounds()
    expect(changed).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
