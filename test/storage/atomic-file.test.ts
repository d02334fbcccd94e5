import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FileSystem, removeLeftovers, writeFileAtomic } from '../../src/storage/atomic-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const OLD = Buffer.from('old')
const NEW = Buffer.from('new')

/** The real file system, which records each step and breaks at one. */
function watched(steps: string[], breakAt = ''): FileSystem {
  async function step<T>(name: string, act: () => Promise<T>): Promise<T> {
    steps.push(name)
    if (name === breakAt) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    return act()
  }
  return {
    mkdir: (path, options) => step('make folder', () => mkdir(path, options)),
    rename: (from, to) => step('rename', () => rename(from, to)),
    rm: (path, options) => step('remove', () => rm(path, options)),
    open: async (path, flags, mode) => {
      const file = await step(`open for ${flags}`, () => open(path, flags, mode))
      const what = flags === 'wx' ? 'file' : 'folder'
      return {
        writeFile: (content) => step(`write ${what}`, () => file.writeFile(content)),
        sync: () => step(`sync ${what}`, () => file.sync()),
        close: () => file.close(),
      }
    },
  }
}

describe('writing a file atomically', () => {
  it('brings the content to the disk before its name, and the name before it ends', async () => {
    const steps: string[] = []
    await writeFileAtomic(join(temporaryFolder(), 'file'), NEW, watched(steps))
    expect(steps).toEqual([
      'make folder',
      'open for wx',
      'write file',
      'sync file',
      'rename',
      'open for r',
      'sync folder',
    ])
  })

  it.each(['make folder', 'open for wx', 'write file', 'sync file', 'rename'])(
    'leaves the old content, and no temporary file, when it fails to %s',
    async (breakAt) => {
      const folder = temporaryFolder()
      const path = join(folder, 'file')
      await writeFileAtomic(path, OLD)
      await expect(writeFileAtomic(path, NEW, watched([], breakAt))).rejects.toMatchObject({ code: 'ENOSPC' })
      expect(await readFile(path, 'utf8')).toBe('old')
      expect(await readdir(folder)).toEqual(['file'])
    },
  )

  it('leaves no file open, whether it succeeds or fails', async () => {
    const path = join(temporaryFolder(), 'file')
    const opened = async () => (await readdir('/proc/self/fd')).length
    const before = await opened()
    for (let time = 0; time < 10; time += 1) {
      await writeFileAtomic(path, NEW)
      await writeFileAtomic(path, NEW, watched([], 'write file')).catch(() => {})
      await writeFileAtomic(path, NEW, watched([], 'sync folder')).catch(() => {})
    }
    expect(await opened()).toBe(before)
  })

  it('reports the first error when the temporary file cannot be removed either', async () => {
    const files = watched([], 'write file')
    const failing = { ...files, rm: () => Promise.reject(new Error('not removed')) }
    await expect(writeFileAtomic(join(temporaryFolder(), 'file'), NEW, failing)).rejects.toThrow('no room')
  })

  it('makes the folder, and the file in it, for the owner alone', async () => {
    const path = join(temporaryFolder(), 'data', 'file')
    await writeFileAtomic(path, NEW)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
  })

  it('leaves nothing beside the file', async () => {
    const folder = temporaryFolder()
    await writeFileAtomic(join(folder, 'file'), NEW)
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('never renames half of another write into place when two overlap', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'file')
    // The first write stops when half of its content is written, until the second has ended.
    const { promise: secondEnded, resolve: endSecond } = Promise.withResolvers<void>()
    const { promise: halfWritten, resolve: reachHalf } = Promise.withResolvers<void>()
    const slow: FileSystem = {
      ...watched([]),
      open: async (name, flags, mode) => {
        const file = await open(name, flags, mode)
        return {
          writeFile: async (content) => {
            const text = String(content)
            await file.write(text.slice(0, text.length / 2))
            reachHalf()
            await secondEnded
            await file.write(text.slice(text.length / 2))
          },
          sync: () => file.sync(),
          close: () => file.close(),
        }
      },
    }
    const first = writeFileAtomic(path, Buffer.from('first of two'), slow)
    await halfWritten
    await writeFileAtomic(path, Buffer.from('second of two'))
    expect(await readFile(path, 'utf8')).toBe('second of two')
    endSecond()
    await first
    expect(await readFile(path, 'utf8')).toBe('first of two')
    expect(await readdir(folder)).toEqual(['file'])
  })
})

describe('removing leftovers', () => {
  it('removes the temporary files of the file, and no other', async () => {
    const folder = temporaryFolder()
    const others = ['file', 'file.set-aside', 'file2.abc.tmp', 'other.abc.tmp', 'file-tmp']
    for (const name of [...others, 'file.abc.tmp', 'file.tmp']) await writeFile(join(folder, name), 'x')
    await removeLeftovers(join(folder, 'file'))
    expect((await readdir(folder)).sort()).toEqual(others.sort())
  })

  it('has nothing to do where there is no folder', async () => {
    await removeLeftovers(join(temporaryFolder(), 'nowhere', 'file'))
  })
})
