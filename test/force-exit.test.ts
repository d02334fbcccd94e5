import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, open as openWithCallback } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { wouldHang } from '../src/force-exit.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** A pipe whose readers hang until `release` is called. */
function aPipe() {
  const path = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  return { path, release: () => openSync(path, constants.O_RDWR | constants.O_NONBLOCK) }
}

describe('a regular exit', () => {
  it('would not hang without pending operations', () => {
    expect(wouldHang()).toBe(false)
  })

  it('would hang only while a file operation hangs', async () => {
    const { path, release } = aPipe()
    const opening = open(path, 'r')
    expect(wouldHang()).toBe(true)
    const writer = release()
    await (await opening).close()
    closeSync(writer)
    expect(wouldHang()).toBe(false)
  })

  it('would hang while a file operation with a callback hangs', async () => {
    const { path, release } = aPipe()
    const opening = new Promise<number>((resolve) =>
      openWithCallback(path, 'r', (_error, file) => resolve(file)),
    )
    expect(wouldHang()).toBe(true)
    const writer = release()
    closeSync(await opening)
    closeSync(writer)
  })
})
