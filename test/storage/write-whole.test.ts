import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FileSystem, writeWhole } from '../../src/storage/write-whole.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** The real file system, which tells of each step and breaks at one. */
function watched(steps: string[], breakAt = ''): FileSystem {
  async function step<T>(name: string, act: () => Promise<T>): Promise<T> {
    steps.push(name)
    if (name === breakAt) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    return act()
  }
  return {
    mkdir: (path, options) => step('make folder', () => mkdir(path, options)),
    rename: (from, to) => step('rename', () => rename(from, to)),
    open: async (path, flags, mode) => {
      const file = await step(`open for ${flags}`, () => open(path, flags, mode))
      const what = flags === 'w' ? 'file' : 'folder'
      return {
        writeFile: (content) => step(`write ${what}`, () => file.writeFile(content)),
        sync: () => step(`sync ${what}`, () => file.sync()),
        close: () => file.close(),
      }
    },
  }
}

describe('writing a file whole or not at all', () => {
  it('brings the content to the disk before its name, and the name before it ends', async () => {
    const steps: string[] = []
    await writeWhole(join(await folder(), 'file'), 'content', watched(steps))
    expect(steps).toEqual([
      'make folder',
      'open for w',
      'write file',
      'sync file',
      'rename',
      'open for r',
      'sync folder',
    ])
  })

  it.each(['make folder', 'open for w', 'write file', 'sync file', 'rename'])(
    'leaves the old content when it fails to %s',
    async (breakAt) => {
      const path = join(await folder(), 'file')
      await writeWhole(path, 'old')
      await expect(writeWhole(path, 'new', watched([], breakAt))).rejects.toMatchObject({ code: 'ENOSPC' })
      expect(await readFile(path, 'utf8')).toBe('old')
    },
  )

  it('makes the folder, for the owner alone, and the file too', async () => {
    const path = join(await folder(), 'data', 'file')
    await writeWhole(path, 'content')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
  })

  it('leaves nothing beside the file', async () => {
    const path = await folder()
    await writeWhole(join(path, 'file'), 'content')
    expect(await readdir(path)).toEqual(['file'])
  })
})
