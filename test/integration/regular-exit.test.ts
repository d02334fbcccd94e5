import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const REPORT_FORCED_EXIT = new URL('./report-forced-exit.mjs', import.meta.url).href

describe('a command that ends while nothing hangs', () => {
  it.each([
    ['healthcheck', '--web.listen-address=127.0.0.1:1', 1],
    ['check-config', '--no-such-flag', 2],
    ['serve', '--version', 0],
  ])('exits regularly: %s %s', (command, flag, code) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', REPORT_FORCED_EXIT, MAIN, command, flag],
      { encoding: 'utf8', env: {} },
    )
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.any(String) })
  })
})
