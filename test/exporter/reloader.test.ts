import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readConfigFile } from '../../src/config/config-file.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { readGroupsFile } from '../../src/config/groups-file.ts'
import type { Config, Operation } from '../../src/config/operation.ts'
import { createReloader, type ReloaderParts } from '../../src/exporter/reloader.ts'
import { failedOutcome } from '../../src/model/outcome.ts'
import { initialState } from '../../src/scheduling/state.ts'
import { Secret } from '../../src/secret.ts'
import { StorageInUseError } from '../../src/storage/storage-lock.ts'
import { createReloads } from '../../src/telemetry/reloads.ts'
import { type FailureReason, failureReasons } from '../../src/wolkvox/failure.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { aReportSettings } from '../support/agents.ts'
import { writeConfigFile } from '../support/config-files.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const state = initialState('0042', aReportSettings(), 0)

function start(parts: Partial<ReloaderParts> & Pick<ReloaderParts, 'config'>) {
  logLines.length = 0
  const reloads = createReloads()
  const applied: (readonly Operation[])[] = []
  const reloader = createReloader({
    reloadOnChangeOf: [],
    apply: async (operations) => void applied.push(operations),
    webAccess: undefined,
    log: createLogger({ logLevel: 'debug' }),
    reloads,
    ...parts,
  })
  onTestFinished(() => reloader.close())
  return { reloader, applied, reloads }
}

/** A reloader of one operation whose token is in a file. */
async function follow() {
  const path = join(temporaryFolder(), 'token')
  writeFileSync(path, 'test-token-1')
  const config = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
  if (config.source === undefined) throw new Error('no source')
  const readFiles = vi.fn(config.source.readFiles)
  const { reloader, applied, reloads } = start({
    config: { ...config, source: { ...config.source, readFiles } },
  })
  const refuse = (reason: FailureReason) => reloader.onRefreshed(state, failedOutcome(reason, reason))
  const tokens = () => applied.map(([operation]) => operation?.token.reveal())
  return { path, tokens, refuse, readFiles, reloads, reloader }
}

/** Longer than reading a small file takes, and shorter than the interval of the watcher. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

describe('files of the configuration', () => {
  it('are read at once after invalid_token', async () => {
    const { path, tokens, refuse } = await follow()
    writeFileSync(path, 'test-token-2')
    refuse('invalid_token')
    await vi.waitFor(() => expect(tokens()).toEqual(['test-token-2']))
  })

  // `unauthorized` too: wolkvox received no token, so another one would not arrive either.
  it('are not read at once after another failure', async () => {
    const { path, refuse, readFiles } = await follow()
    writeFileSync(path, 'test-token-2')
    for (const reason of failureReasons) if (reason !== 'invalid_token') refuse(reason)
    await aWhile()
    expect(readFiles).not.toHaveBeenCalled()
  })

  it('are applied and logged when the token has changed, and not while it is the same', async () => {
    const { path, tokens, refuse } = await follow()
    refuse('invalid_token')
    await aWhile()
    expect([tokens(), logLines]).toEqual([[], []])
    writeFileSync(path, 'test-token-2')
    refuse('invalid_token')
    await vi.waitFor(() => expect(logLines).toHaveLength(1))
    expect(logLines).toMatchObject([{ level: 'info', changed: ['0042'], msg: 'configuration reloaded' }])
    expect(JSON.stringify(logLines)).not.toContain('test-token')
  })

  it('that cannot be used are a warning once, and the log says when they can be used again', async () => {
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
    expect(tokens()).toEqual(['test-token-2'])
    expect(logLines.map(({ level, failures, msg }) => [level, failures, msg])).toEqual([
      ['warn', 1, 'configuration not reloaded'],
      ['debug', 2, 'configuration not reloaded'],
      ['warn', 3, 'configuration not reloaded'],
      ['info', 3, 'configuration reloaded'],
    ])
    expect(JSON.stringify(logLines)).not.toContain('test token')
  })

  it('that are good again are logged, also with the same token', async () => {
    const { path, tokens, refuse, reloads } = await follow()
    writeFileSync(path, '')
    refuse('invalid_token')
    await vi.waitFor(() => expect(logLines).toHaveLength(1))
    expect(reloads.state().isSuccessful).toBe(false)
    writeFileSync(path, 'test-token-1')
    refuse('invalid_token')
    await vi.waitFor(() => expect(logLines).toHaveLength(2))
    expect(logLines[1]).toMatchObject({ level: 'info', failures: 1, msg: 'configuration reloaded' })
    expect(tokens()).toEqual([])
    expect(reloads.state().isSuccessful).toBe(true)
  })

  it('that are good do not hide that the last reload failed', async () => {
    const { path, refuse, reloads, reloader, tokens } = await follow()
    writeFileSync(path, '')
    expect(await reloader.reload()).not.toEqual([])
    writeFileSync(path, 'test-token-2')
    refuse('invalid_token')
    await vi.waitFor(() => expect(tokens()).toEqual(['test-token-2']))
    expect(reloads.state().isSuccessful).toBe(false)
    expect(await reloader.reload()).toEqual([])
    expect(reloads.state().isSuccessful).toBe(true)
  })

  it('are applied when a groups file has changed, and the last good one stays while it is broken', async () => {
    const path = join(temporaryFolder(), 'groups.csv')
    const read = async (): Promise<Config> => {
      const { content: groups, problems } = await readGroupsFile(path)
      if (groups === undefined) throw new ConfigError(problems)
      return { operations: [anOperation({ groups })], warnings: [] }
    }
    writeFileSync(path, 'agent_id,team\n1001,Norte\n')
    const source = { files: [path], readFiles: read, readAll: read }
    const { reloader, applied } = start({ config: { ...(await read()), source } })
    const columns = () => applied.map(([operation]) => operation?.groups?.labelNames.join())
    const check = () => reloader.onRefreshed(state, failedOutcome('invalid_token', ''))
    writeFileSync(path, 'id,team\n1001,Norte\n')
    check()
    await vi.waitFor(() => expect(logLines).toHaveLength(1))
    expect(logLines[0]).toMatchObject({
      msg: 'configuration not reloaded',
      problems: [expect.stringContaining('has no column agent_id')],
    })
    expect(columns()).toEqual([])
    writeFileSync(path, 'agent_id,team,site\n1001,Norte,Cali\n')
    check()
    await vi.waitFor(() => expect(columns()).toEqual(['team,site']))
  })

  it('apply a new token although a groups file is broken, which is reported until it is good again', async () => {
    const path = writeConfigFile(
      `groups_file: groups.csv\noperations:\n${['a', 'b'].map((name, index) => `  - { name: ${name}, server: "004${index}", token_file: ${name} }\n`).join('')}`,
    )
    const beside = (name: string, content: string) => writeFileSync(join(dirname(path), name), content)
    beside('a', 'test-token-a')
    beside('b', 'test-token-b')
    beside('groups.csv', 'agent_id,team\n1001,Norte\n')
    const { reloader, applied, reloads } = start({ config: await readConfigFile(path, '--config.file', {}) })
    const refuse = () => reloader.onRefreshed(state, failedOutcome('invalid_token', ''))
    const now = () => applied.at(-1)?.map(({ token, groups }) => [token.reveal(), groups?.labelNames.join()])
    beside('groups.csv', 'id,team\n')
    beside('b', 'test-token-2')
    refuse()
    await vi.waitFor(() =>
      expect(now()).toEqual([
        ['test-token-a', 'team'],
        ['test-token-2', 'team'],
      ]),
    )
    await vi.waitFor(() => expect(reloads.state().isSuccessful).toBe(false))
    expect(logLines).toMatchObject([
      { level: 'info', msg: 'configuration reloaded', changed: ['b'] },
      {
        level: 'warn',
        msg: 'configuration not reloaded',
        problems: [expect.stringMatching(/config\.yml:1:1: groups_file: has no column agent_id/)],
      },
    ])
    expect(await reloader.reload()).toEqual([expect.stringContaining('has no column agent_id')])
    beside('groups.csv', 'agent_id,site\n')
    refuse()
    await vi.waitFor(() => expect(now()?.map(([, labels]) => labels)).toEqual(['site', 'site']))
    expect(logLines.at(-1)).toMatchObject({ msg: 'configuration reloaded', changed: ['a', 'b'], failures: 1 })
    await reloader.reload()
    expect(reloads.state().isSuccessful).toBe(true)
  })
})

const ventas = anOperation()
const soporte = anOperation({ name: 'soporte', server: '0043' })

/** A configuration that a test replaces by calling `set`, or breaks. */
function aSource(operations: readonly Operation[]) {
  let next: readonly Operation[] | Error = operations
  let reads = 0
  let gate: Promise<unknown> = Promise.resolve()
  const read = async (): Promise<Config> => {
    reads += 1
    const found = next
    await gate
    if (found instanceof Error) throw found
    return configOf(found)
  }
  const configOf = (of: readonly Operation[]): Config => ({
    operations: of,
    warnings: [],
    source: { files: [], readFiles: read, readAll: read },
  })
  return {
    config: configOf(operations),
    set: (wanted: readonly Operation[] | Error) => {
      next = wanted
    },
    /** Reading waits until the returned function is called. */
    block: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    reads: () => reads,
  }
}

describe('a reload', () => {
  it('applies added, changed and removed operations, and logs their names', async () => {
    const source = aSource([ventas, soporte])
    const { reloader, applied } = start(source)
    const cobros = anOperation({ name: 'cobros', server: '0044' })
    const faster = anOperation({ refreshIntervalMs: 60_000 })
    source.set([faster, cobros])
    expect(await reloader.reload()).toEqual([])
    expect(applied).toEqual([[faster, cobros]])
    expect(logLines).toEqual([
      expect.objectContaining({
        ...{ level: 'info', msg: 'configuration reloaded' },
        ...{ added: ['cobros'], changed: ['ventas'], removed: ['soporte'] },
      }),
    ])
  })

  it('applies a new token, and nothing if nothing has changed', async () => {
    const source = aSource([ventas])
    const { reloader, applied } = start(source)
    await reloader.reload()
    expect(applied).toEqual([])
    expect(logLines).toMatchObject([{ level: 'info', msg: 'configuration reloaded' }])
    source.set([anOperation({ token: new Secret('test-token-2') })])
    await reloader.reload()
    expect(applied).toHaveLength(1)
  })

  it('applies a new name of an account, which an operation on another shard can cause', async () => {
    const source = aSource([anOperation({ accountLabel: '0042' })])
    const { reloader, applied } = start(source)
    const renamed = anOperation({ accountLabel: '0042@https://wv0042.wolkvox.com' })
    source.set([renamed])
    await reloader.reload()
    expect(applied).toEqual([[renamed]])
  })

  it('changes nothing if the configuration is wrong, and warns each time', async () => {
    const source = aSource([ventas])
    const { reloader, applied, reloads } = start(source)
    source.set(new ConfigError(['one problem', 'another']))
    expect(await reloader.reload()).toEqual(['one problem', 'another'])
    expect(await reloader.reload()).toEqual(['one problem', 'another'])
    expect(applied).toEqual([])
    expect(reloads.state().isSuccessful).toBe(false)
    expect(logLines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'configuration not reloaded'],
      ['warn', 'configuration not reloaded'],
    ])
  })

  it('fails if the storage of a new account is in use, and tries again with the next reload', async () => {
    const source = aSource([ventas])
    const apply = vi.fn<ReloaderParts['apply']>()
    const { reloader, reloads } = start({ ...source, apply })
    source.set([ventas, soporte])
    apply.mockRejectedValueOnce(new StorageInUseError('data/0043.lock', '0043'))
    expect(await reloader.reload()).toEqual([
      'another exporter uses data/0043.lock for the account 0043; stop it, or choose another folder with --storage.path',
    ])
    expect(reloads.state().isSuccessful).toBe(false)
    expect(await reloader.reload()).toEqual([])
    expect(apply).toHaveBeenCalledTimes(2)
    expect(reloads.state().isSuccessful).toBe(true)
  })

  it('that fails unexpectedly does not end the process and shows no details', async () => {
    const source = aSource([ventas])
    const { reloader, reloads } = start(source)
    source.set(new Error('test-token'))
    expect(await reloader.reload()).toEqual(['internal error; the log has the details'])
    expect(reloads.state().isSuccessful).toBe(false)
    expect(logLines).toMatchObject([{ level: 'error', msg: 'reload failed' }])
  })

  it('that a file causes and that fails unexpectedly is over with the next good one, also if nothing has changed', async () => {
    const source = aSource([ventas])
    const { reloader, reloads } = start(source)
    const check = async (lines: number) => {
      reloader.onRefreshed(state, failedOutcome('invalid_token', ''))
      await vi.waitFor(() => expect(logLines).toHaveLength(lines))
    }
    source.set(new Error('test-token'))
    await check(1)
    await check(2)
    expect(reloads.state().isSuccessful).toBe(false)
    source.set([ventas])
    await check(3)
    expect(reloads.state().isSuccessful).toBe(true)
    expect(logLines.map(({ level, failures, msg }) => [level, failures, msg])).toEqual([
      ['error', 1, 'reload failed'],
      ['debug', 2, 'reload failed'],
      ['info', 2, 'configuration reloaded'],
    ])
  })

  it('ends the failures of reading everything and those of the files', async () => {
    const source = aSource([ventas])
    const { reloader } = start(source)
    const check = () => reloader.onRefreshed(state, failedOutcome('invalid_token', ''))
    source.set(new ConfigError(['wrong']))
    check()
    await vi.waitFor(() => expect(logLines).toHaveLength(1))
    await reloader.reload()
    source.set([ventas])
    expect(await reloader.reload()).toEqual([])
    const reads = source.reads()
    check()
    await vi.waitFor(() => expect(source.reads()).toBeGreaterThan(reads))
    await aWhile()
    expect(logLines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'configuration not reloaded'],
      ['warn', 'configuration not reloaded'],
      ['info', 'configuration reloaded'],
    ])
  })

  it('runs alone; all requests that arrive meanwhile share the next, which reads what is there then', async () => {
    const source = aSource([ventas])
    const { reloader, applied } = start(source)
    const release = source.block()
    const first = reloader.reload()
    await vi.waitFor(() => expect(source.reads()).toBe(1))
    source.set([soporte])
    const others = Array.from({ length: 20 }, () => reloader.reload())
    await aWhile()
    expect(source.reads()).toBe(1)
    release()
    expect(await Promise.all([first, ...others])).toEqual(Array(21).fill([]))
    expect(source.reads()).toBe(2)
    expect(applied).toEqual([[soporte]])
  })

  it('answers that it has not ended while something hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const source = aSource([ventas])
    const { reloader } = start(source)
    const release = source.block()
    const problems = reloader.reload()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await problems).toEqual([
      'the reload has not ended after 30 s and continues; check the disk and the log',
    ])
    release()
  })

  it('does not start after close', async () => {
    const source = aSource([ventas])
    const { reloader } = start(source)
    await reloader.close()
    expect(await reloader.reload()).toEqual(['the exporter is shutting down'])
    expect(source.reads()).toBe(0)
  })

  it('logs only warnings that are new', async () => {
    const source = aSource([ventas])
    const { reloader } = start({ config: { ...source.config, warnings: ['old'] } })
    const readAll = source.config.source?.readAll
    const warned = { ...(await readAll?.()), operations: [ventas], warnings: ['old', 'new'] }
    const config = {
      ...source.config,
      warnings: ['old'],
      source: { files: [], readFiles: async () => warned, readAll: async () => warned },
    }
    await reloader.close()
    const { reloader: another } = start({ config })
    await another.reload()
    expect(logLines.filter(({ msg }) => msg === 'configuration warning')).toMatchObject([{ problem: 'new' }])
  })
})

describe('a web configuration', () => {
  const prepared = (problems: readonly string[]) => {
    const apply = vi.fn()
    return { apply, webAccess: { prepareReload: async () => ({ problems, apply }) } }
  }

  it('is read and applied with the rest', async () => {
    const { apply, webAccess } = prepared([])
    const source = aSource([ventas])
    const { reloader } = start({ ...source, webAccess })
    source.set([soporte])
    expect(await reloader.reload()).toEqual([])
    expect(apply).toHaveBeenCalledOnce()
  })

  it('that is wrong changes nothing, and neither does it if the rest is wrong', async () => {
    const source = aSource([ventas])
    const bad = prepared(['--web.config.file: bad'])
    const first = start({ ...source, webAccess: bad.webAccess })
    source.set([soporte])
    expect(await first.reloader.reload()).toEqual(['--web.config.file: bad'])
    expect([first.applied, first.reloads.state().isSuccessful]).toEqual([[], false])
    const good = prepared([])
    const second = start({ ...source, webAccess: good.webAccess })
    source.set(new ConfigError(['wrong']))
    expect(await second.reloader.reload()).toEqual(['wrong'])
    expect(good.apply).not.toHaveBeenCalled()
  })

  it('that is wrong is reported together with the rest', async () => {
    const source = aSource([ventas])
    const { reloader } = start({ ...source, webAccess: prepared(['--web.config.file: bad']).webAccess })
    source.set(new ConfigError(['wrong']))
    expect(await reloader.reload()).toEqual(['wrong', '--web.config.file: bad'])
  })
})

describe('a watched configuration file', () => {
  it('reloads everything after a change, and again until the file is good', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const path = join(temporaryFolder(), 'config.yml')
    writeFileSync(path, '1')
    const source = aSource([ventas])
    const { applied } = start({ ...source, reloadOnChangeOf: [path] })
    const poll = async (reads: number) => {
      await vi.advanceTimersByTimeAsync(3000)
      await vi.waitFor(() => expect(source.reads()).toBe(reads))
    }
    // Lets file operations end, which fake time does not do.
    const firstPoll = async () => {
      await vi.advanceTimersByTimeAsync(3000)
      await aWhile()
    }
    // Once after the start: the file may have changed since it was read.
    await firstPoll()
    await vi.advanceTimersByTimeAsync(3000)
    await vi.waitFor(() => expect(source.reads()).toBeGreaterThan(0))
    await aWhile()
    const reads = source.reads()
    expect(logLines).toEqual([])
    source.set(new ConfigError(['wrong']))
    writeFileSync(path, '22')
    // The file may still be being written.
    await firstPoll()
    expect(source.reads()).toBe(reads)
    await poll(reads + 1)
    await poll(reads + 2)
    source.set([soporte])
    await poll(reads + 3)
    await vi.waitFor(() => expect(applied).toEqual([[soporte]]))
    await aWhile()
    await vi.advanceTimersByTimeAsync(3000)
    await aWhile()
    expect(source.reads()).toBe(reads + 3)
  })
})
