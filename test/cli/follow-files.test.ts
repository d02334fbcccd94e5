import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { followFiles } from '../../src/cli/follow-files.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { failedOutcome } from '../../src/model/outcome.ts'
import { initialState } from '../../src/scheduling/state.ts'
import { type FailureReason, failureReasons } from '../../src/wolkvox/failure.ts'
import { aReportSettings } from '../support/agents.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const state = initialState('0042', aReportSettings(), 0)

async function follow() {
  logLines.length = 0
  const path = join(temporaryFolder(), 'token')
  writeFileSync(path, 'test-token-1')
  const config = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
  if (config.source === undefined) throw new Error('no source')
  const refresh = vi.fn(config.source.refresh)
  const tokens: (string | undefined)[] = []
  const reloads: boolean[] = []
  const follower = followFiles(
    { ...config, source: { ...config.source, refresh } },
    async ([operation]) => void tokens.push(operation?.token.reveal()),
    createLogger({ logLevel: 'debug' }),
    (isSuccessful) => void reloads.push(isSuccessful),
  )
  onTestFinished(() => void follower.close())
  const refuse = (reason: FailureReason) => follower.onRefreshed(state, failedOutcome(reason, reason))
  return { path, tokens, refuse, refresh, reloads }
}

/** Longer than reading a small file takes, and shorter than the interval of the watcher. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

it('reads the token file at once after invalid_token', async () => {
  const { path, tokens, refuse } = await follow()
  writeFileSync(path, 'test-token-2')
  refuse('invalid_token')
  await vi.waitFor(() => expect(tokens).toEqual(['test-token-2']))
})

// `unauthorized` too: wolkvox received no token, so another one would not arrive either.
it('reads nothing at once after another failure', async () => {
  const { path, refuse, refresh } = await follow()
  writeFileSync(path, 'test-token-2')
  for (const reason of failureReasons) if (reason !== 'invalid_token') refuse(reason)
  await aWhile()
  expect(refresh).not.toHaveBeenCalled()
})

it('logs that a changed token is in use, and does nothing while it is the same', async () => {
  const { path, tokens, refuse } = await follow()
  refuse('invalid_token')
  await aWhile()
  expect([tokens, logLines]).toEqual([[], []])
  writeFileSync(path, 'test-token-2')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(1))
  expect(logLines).toMatchObject([{ level: 'info', operation: '0042', msg: 'configuration reloaded' }])
  expect(JSON.stringify(logLines)).not.toContain('test-token')
})

it('warns once about a token that cannot be used, and says when it can be used again', async () => {
  const { path, tokens, refuse } = await follow()
  writeFileSync(path, 'test token')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(1))
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(2))
  writeFileSync(path, '')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(3))
  writeFileSync(path, 'test-token-2')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(4))
  expect(tokens).toEqual(['test-token-2'])
  expect(logLines.map(({ level, failures, msg }) => [level, failures, msg])).toEqual([
    ['warn', 1, 'configuration not reloaded'],
    ['debug', 2, 'configuration not reloaded'],
    ['warn', 3, 'configuration not reloaded'],
    ['info', 3, 'configuration reloaded'],
  ])
  expect(JSON.stringify(logLines)).not.toContain('test token')
})

it('says that the files are good again, also with the same token', async () => {
  const { path, tokens, refuse, reloads } = await follow()
  writeFileSync(path, '')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(1))
  writeFileSync(path, 'test-token-1')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(2))
  expect(logLines[1]).toMatchObject({ level: 'info', failures: 1, msg: 'configuration reloaded' })
  expect(tokens).toEqual([])
  expect(reloads).toEqual([false, true])
})
