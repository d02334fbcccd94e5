import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { anEnvelope, aRecord, HASH_KEY } from '../../../tools/fixtures.ts'
import { serveHttp } from '../../support/loopback-server.ts'
import { ENDED_WELL, startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Texts that are in no other output.
const AGENT = { agent_id: '70790001', agent_name: 'Zqxagente Ñandú' }
const OTHER_KEY = 'other-key-0123456789'

/** wolkvox that can keep its callers waiting, so that only old data could be shown. */
async function startWolkvox() {
  const state = { isSilent: false, calls: 0 }
  const url = await serveHttp((_request, response) => {
    state.calls += 1
    if (!state.isSilent) response.end(anEnvelope([aRecord(AGENT)]))
  })
  return { url, state }
}

it('a reload with other privacy settings or another key withdraws what was shown before at once, also on disk', async () => {
  const { url, state } = await startWolkvox()
  const [folder, storage] = [temporaryFolder(), temporaryFolder()]
  const [configFile, keyFile] = [join(folder, 'wolkvox.yml'), join(folder, 'hash-key')]
  const configure = (...privacy: readonly string[]) =>
    writeFileSync(
      configFile,
      [
        ...privacy,
        `operations: [{ name: ventas, server: "0042", token: test-token, base_url: "${url}" }]`,
      ].join('\n'),
    )
  configure()
  writeFileSync(keyFile, HASH_KEY.reveal())
  const exporter = startProcess([
    'serve',
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-lifecycle',
    `--config.file=${configFile}`,
    `--storage.path=${storage}`,
  ])
  const address = await exporter.url()
  const metrics = async () => (await fetch(`${address}/metrics`)).text()
  const files = () => readdirSync(storage).map((name) => readFileSync(join(storage, name), 'utf8'))
  /** The value of a label, when there are agents. */
  const labelValue = (label: string) =>
    vi.waitFor(
      async () =>
        (await metrics()).match(new RegExp(`^wolkvox_agent_state\\{.*${label}="(.*?)"`, 'm'))?.[1] ??
        expect.fail('no agents yet'),
      { timeout: 20_000, interval: 50 },
    )
  const isStored = (text: string) =>
    vi.waitFor(() => expect(files().join('\n')).toContain(text), { timeout: 10_000, interval: 50 })

  /** Changes the settings while wolkvox does not respond: what is shown then cannot be new. */
  async function expectWithdrawn(change: () => Promise<unknown> | unknown, traces: readonly string[]) {
    for (const trace of traces) await isStored(trace)
    state.isSilent = true
    const { calls } = state
    await change()
    const text = await metrics()
    expect(text).toContain('wolkvox_operation_info{operation="ventas"')
    for (const trace of [...traces, 'wolkvox_agent_state{']) expect(text).not.toContain(trace)
    await vi.waitFor(
      () => {
        for (const trace of traces) expect(files().join('\n')).not.toContain(trace)
        // The new data comes with the next call, which is made at once.
        expect(state.calls).toBeGreaterThan(calls)
      },
      { timeout: 20_000, interval: 50 },
    )
    expect(await metrics()).not.toContain('wolkvox_agent_state{')
    state.isSilent = false
  }
  const reload = async () => {
    const response = await fetch(`${address}/-/reload`, { method: 'POST' })
    expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
  }

  expect(await labelValue('agent_name')).toBe(AGENT.agent_name)
  await expectWithdrawn(async () => {
    configure('agent_name: hash', 'agent_id: hash', 'hash_key_file: hash-key')
    await reload()
  }, Object.values(AGENT))

  // A later change ends the call that waits.
  configure('agent_name: hash', 'agent_id: plain', 'hash_key_file: hash-key')
  await reload()
  expect(await labelValue('agent_id')).toBe(AGENT.agent_id)
  const pseudonym = await labelValue('agent_name')
  await expectWithdrawn(async () => {
    writeFileSync(keyFile, OTHER_KEY)
    await reload()
  }, [pseudonym])

  configure('agent_name: omit')
  await reload()
  expect(await labelValue('agent_id')).toBe(AGENT.agent_id)
  expect(await labelValue('agent_name')).toBe('')
  expect(exporter.output.stderr).not.toMatch(/70790001|Zqxagente|-key-0123/)
  expect(await exporter.endBy('SIGTERM')).toEqual(ENDED_WELL)
}, 90_000)
