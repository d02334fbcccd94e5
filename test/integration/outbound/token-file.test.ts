import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { answerWith, listenOnLoopback } from '../../support/loopback-server.ts'
import { ENDED_WELL, startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const [OLD, NEW] = ['test-token-1', 'test-token-2']

/** A wolkvox that accepts these tokens, and records those of all calls. */
async function startWolkvox(...accepted: readonly string[]) {
  const state = { tokens: [] as string[] }
  const server = createServer((request, response) => {
    const token = String(request.headers['wolkvox-token'])
    state.tokens.push(token)
    if (accepted.includes(token)) answerWith(anEnvelope([aRecord()]))(request, response)
    else answerWith('{"code":403,"error":"FORBIDDEN","msg":"PLEASE VALIDATE TOKEN"}', 403)(request, response)
  })
  return { url: await listenOnLoopback(server, 'http'), state }
}

function start(url: string, tokenFile: string, interval: string) {
  return startProcess(['serve', '--web.listen-address=127.0.0.1:0'], {
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN_FILE: tokenFile,
    WOLKVOX_BASE_URL: url,
    WOLKVOX_REFRESH_INTERVAL: interval,
  })
}

/** A token as Kubernetes mounts it: token → ..data/token, ..data → a folder. @returns path, and how to publish another */
function mountToken(token: string) {
  const folder = temporaryFolder()
  let versions = 0
  const publish = (text: string) => {
    versions += 1
    mkdirSync(join(folder, `..v${versions}`))
    writeFileSync(join(folder, `..v${versions}`, 'token'), text)
    symlinkSync(`..v${versions}`, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  publish(token)
  symlinkSync('..data/token', join(folder, 'token'))
  return { path: join(folder, 'token'), publish }
}

function writeToken(): string {
  const path = join(temporaryFolder(), 'token')
  writeFileSync(path, OLD)
  return path
}

const passes = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 50 })

describe('a token file that is replaced while the exporter runs', () => {
  it('as Kubernetes does is used for the next call, and counts continue', async () => {
    const { url, state } = await startWolkvox(OLD, NEW)
    const { path, publish } = mountToken(OLD)
    const exporter = start(url, path, '2s')
    await exporter.logged({ msg: 'refreshed' })
    publish(NEW)
    await passes(() => expect(state.tokens).toContain(NEW))
    const sent = state.tokens.length
    const metrics = await (await fetch(`${await exporter.url()}/metrics`)).text()
    const requests = Number(/^wolkvox_api_requests_total\{.*\} (\d+)$/m.exec(metrics)?.[1])
    expect(requests).toBeGreaterThanOrEqual(sent)
    expect(metrics).toContain('wolkvox_agents{')
    expect(exporter.log().filter(({ msg }) => msg === 'refresh failed')).toEqual([])
  })

  it('after invalid_token is tried at once, long before the next refresh is due', async () => {
    const { url, state } = await startWolkvox(NEW)
    const path = writeToken()
    const exporter = start(url, path, '1h')
    await exporter.logged({ reason: 'invalid_token' })
    expect(state.tokens).toEqual([OLD])
    writeFileSync(path, NEW)
    await exporter.logged({ msg: 'refresh recovered' })
    expect(state.tokens).toEqual([OLD, NEW])
  })

  it('and is broken keeps the last good token, with one warning', async () => {
    const { url, state } = await startWolkvox(OLD, NEW)
    const path = writeToken()
    const exporter = start(url, path, '2s')
    await exporter.logged({ msg: 'refreshed' })
    writeFileSync(path, '')
    const warning = 'configuration not reloaded'
    expect(await exporter.logged({ msg: warning })).toMatchObject({
      level: 'warn',
      problems: ['WOLKVOX_TOKEN_FILE: is empty; write the token into the file'],
    })
    const before = state.tokens.length
    await passes(() => expect(state.tokens.length).toBeGreaterThan(before + 3))
    expect(state.tokens.every((token) => token === OLD)).toBe(true)
    expect(exporter.log().filter(({ msg }) => msg === warning)).toHaveLength(1)
    writeFileSync(path, NEW)
    await exporter.logged({ msg: 'configuration reloaded' })
    await passes(() => expect(state.tokens).toContain(NEW))
  })

  it('by a pipe, which would block, delays neither scrapes nor shutdown', async () => {
    const { url } = await startWolkvox(OLD)
    const path = writeToken()
    const exporter = start(url, path, '2s')
    await exporter.logged({ msg: 'refreshed' })
    rmSync(path)
    execFileSync('mkfifo', [path])
    await exporter.logged({ level: 'warn', msg: 'configuration not reloaded' })
    expect((await fetch(`${await exporter.url()}/metrics`)).status).toBe(200)
    expect(await exporter.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })
})
