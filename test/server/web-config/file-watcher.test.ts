import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { watchFiles } from '../../../src/server/web-config/file-watcher.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const INTERVAL_MS = 10

/** Watches a file, and counts the reports. @param settled what each report returns */
function watch(path: string, settled: () => boolean = () => true) {
  let reports = 0
  const watcher = watchFiles(
    () => [path],
    async () => {
      reports += 1
      return settled()
    },
    INTERVAL_MS,
  )
  onTestFinished(() => watcher.close())
  return {
    watcher,
    reports: () => reports,
    untilReport: (count: number) => vi.waitFor(() => expect(reports).toBe(count)),
  }
}

describe('a watched file', () => {
  it('is reported once after the start, and then only when it changes', async () => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, 'a')
    const { reports, untilReport } = watch(path)
    await untilReport(1)
    await sleep(10 * INTERVAL_MS)
    expect(reports()).toBe(1)
    writeFileSync(path, 'b')
    await untilReport(2)
  })

  it('is reported when it is removed, and when it is back', async () => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, 'a')
    const { untilReport } = watch(path)
    await untilReport(1)
    rmSync(path)
    await untilReport(2)
    writeFileSync(path, 'a')
    await untilReport(3)
  })

  it('is reported when the folder behind a symbolic link is replaced, as Kubernetes does', async () => {
    const folder = temporaryFolder()
    for (const name of ['old', 'new']) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'file'), 'same size')
    }
    symlinkSync('old', join(folder, 'data'))
    const { untilReport } = watch(join(folder, 'data', 'file'))
    await untilReport(1)
    symlinkSync('new', join(folder, 'next'))
    renameSync(join(folder, 'next'), join(folder, 'data'))
    await untilReport(2)
  })

  it('is reported at each poll until it is settled', async () => {
    const path = join(temporaryFolder(), 'file')
    let isSettled = false
    const { reports } = watch(path, () => isSettled)
    await vi.waitFor(() => expect(reports()).toBeGreaterThan(2))
    isSettled = true
    await sleep(5 * INTERVAL_MS)
    const settledAt = reports()
    await sleep(10 * INTERVAL_MS)
    expect(reports()).toBe(settledAt)
  })

  it('is not reported after close, which waits for the report in flight', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    let isReported = false
    const watcher = watchFiles(
      () => [],
      () => {
        isReported = true
        return promise
      },
      INTERVAL_MS,
    )
    await vi.waitFor(() => expect(isReported).toBe(true))
    let isClosed = false
    const closing = watcher.close().then(() => {
      isClosed = true
    })
    await sleep(5 * INTERVAL_MS)
    expect(isClosed).toBe(false)
    resolve(true)
    await closing
  })
})
