import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { followFiles } from '../../src/cli/follow-files.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { failedOutcome } from '../../src/model/outcome.ts'
import { initialState } from '../../src/scheduling/state.ts'
import { aReportSettings } from '../support/agents.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const state = initialState('0042', aReportSettings(), 0)

async function follow() {
  logLines.length = 0
  const path = join(temporaryFolder(), 'token')
  writeFileSync(path, 'test-token-1')
  const config = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
  const tokens: (string | undefined)[] = []
  const follower = followFiles(
    config,
    async ([operation]) => void tokens.push(operation?.token.reveal()),
    createLogger({ logLevel: 'info' }),
  )
  onTestFinished(() => void follower.close())
  const refuse = (reason: 'invalid_token' | 'timeout') =>
    follower.onRefreshed(state, failedOutcome(reason, reason))
  return { path, tokens, refuse }
}

it('reads the token file at once after invalid_token, and only then', async () => {
  const { path, tokens, refuse } = await follow()
  writeFileSync(path, 'test-token-2')
  refuse('timeout')
  refuse('invalid_token')
  await vi.waitFor(() => expect(tokens).toEqual(['test-token-2']))
})

it('logs that a changed token is in use, and does nothing while it is the same', async () => {
  const { path, tokens, refuse } = await follow()
  refuse('invalid_token')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([tokens, logLines]).toEqual([[], []])
  writeFileSync(path, 'test-token-2')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(1))
  expect(logLines).toMatchObject([{ level: 'info', operation: '0042', msg: 'changed files are in use' }])
  expect(JSON.stringify(logLines)).not.toContain('test-token')
})

it('warns once about a token that cannot be used, and says when it can be used again', async () => {
  const { path, tokens, refuse } = await follow()
  writeFileSync(path, 'test token')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(1))
  refuse('invalid_token')
  await new Promise((resolve) => setTimeout(resolve, 50))
  writeFileSync(path, '')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(2))
  writeFileSync(path, 'test-token-2')
  refuse('invalid_token')
  await vi.waitFor(() => expect(logLines).toHaveLength(4))
  expect(tokens).toEqual(['test-token-2'])
  const unusable = 'changed files cannot be used; the last good settings stay'
  expect(logLines.map(({ level, msg }) => [level, msg])).toEqual([
    ['warn', unusable],
    ['warn', unusable],
    ['info', 'configuration files can be used again'],
    ['info', 'changed files are in use'],
  ])
  expect(JSON.stringify(logLines)).not.toContain('test token')
})
