import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { reports } from '../../../src/reports/index.ts'
import { anEnvelope, aRecord, HASH_KEY } from '../../../tools/fixtures.ts'
import {
  aChatAgent,
  anAgentConnection,
  anInteractionAgent,
  aTrunk,
  reportRecords,
} from '../../../tools/report-records.ts'
import { listenOnLoopback } from '../../support/loopback-server.ts'
import { ENDED_WELL, startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Texts that are in no other output.
const AGENTS = ['70790001', '70790002', '70790003', '70790004'].map((id, index) => ({
  id,
  name: `Zqxagente${index} Ñandú`,
}))
const [, , third] = AGENTS

const composite = ({ id, name }: (typeof AGENTS)[number], index: number) =>
  [`${id}-${name}`, `${id} – ${name}`, `${id} ${name}`, `${name}-${id}`][index]

const TRACES = ['7079000', 'zqxagente', 'ñandú', 'nandu', HASH_KEY.reveal()]

/** What every report sends about these agents, with ids from which the name can and cannot be split. */
const data: Readonly<Record<string, unknown>> = {
  ...reportRecords,
  agents: AGENTS.map(({ id, name }) => aRecord({ agent_id: id, agent_name: name })),
  latency: [
    {
      by_agent: AGENTS.map((agent, index) => anAgentConnection({ agent_id: composite(agent, index) })),
      by_pbx: [aTrunk()],
    },
  ],
  chats: AGENTS.map((agent, index) => aChatAgent({ agent_id: composite(agent, index) })),
  interactions: AGENTS.map(({ id }) => anInteractionAgent({ agent_id: id })),
}

/** Responses that are no report and name an agent, in the forms that messages describe. */
const refusals = [
  () =>
    [403, JSON.stringify({ code: 403, msg: `agent ${third?.id} ${third?.name} is not allowed` })] as const,
  () => [200, `<html><title>${third?.name}</title><h1>${third?.id}</h1>`] as const,
  () => [200, JSON.stringify({ [third?.name ?? '']: third?.id, code: third?.id })] as const,
  () => [200, `${third?.id};${third?.name};READY`] as const,
  () =>
    [500, `<b>Warning</b>: Undefined index: ${third?.name} in /srv/${third?.name}.php on line 7`] as const,
]

async function startWolkvox() {
  let calls = 0
  const state = { isFailing: false, failures: 0 }
  const server = createServer((request, response) => {
    const api = new URL(request.url ?? '', 'http://localhost').searchParams.get('api') ?? ''
    calls += 1
    if (state.isFailing) state.failures += 1
    const [status, body] = state.isFailing
      ? (refusals[calls % refusals.length]?.() ?? [500, ''])
      : [200, anEnvelope(data[api])]
    response.writeHead(status).end(body)
  })
  return { url: await listenOnLoopback(server, 'http'), state }
}

/** Every byte of every file in a folder. */
const filesOf = (folder: string): [string, string][] =>
  readdirSync(folder).map((name) => [name, `${name}\n${readFileSync(join(folder, name), 'utf8')}`])

/** The texts of all pages. */
async function pagesOf(url: string): Promise<[string, string][]> {
  const requests: readonly (readonly [string, Record<string, string>])[] = [
    ['/metrics', {}],
    ['/metrics', { accept: 'application/openmetrics-text; version=1.0.0' }],
    ['/metrics', { 'accept-encoding': 'identity' }],
    ['/metrics?operation=ventas', {}],
    ['/metrics?operation=', {}],
    ['/metrics?operation=nobody', {}],
    ['/sd', {}],
    ['/', { 'accept-language': 'en' }],
    ['/', { 'accept-language': 'es' }],
    ['/?operation=ventas', {}],
    ['/-/healthy', {}],
    ['/-/ready', {}],
    ['/nothing', {}],
  ]
  return Promise.all(
    requests.map(async ([path, headers]) => {
      const response = await fetch(url + path, { headers })
      return [path, await response.text()] as [string, string]
    }),
  )
}

function expectNoTrace(outputs: readonly (readonly [string, string])[]): void {
  for (const [where, text] of outputs) {
    for (const trace of TRACES) expect(text.toLowerCase().includes(trace), `${trace} in ${where}`).toBe(false)
  }
}

it('with hash, no id and no name is on disk, in a log, on a page or in a metric, also after plain data', async () => {
  const { url, state } = await startWolkvox()
  const [storage, another, keyFile] = [temporaryFolder(), temporaryFolder(), join(temporaryFolder(), 'key')]
  writeFileSync(keyFile, HASH_KEY.reveal())
  const start = (settings: Record<string, string>, folder = storage) =>
    startProcess(
      ['serve', '--web.listen-address=127.0.0.1:0', '--log.level=trace', `--storage.path=${folder}`],
      {
        WOLKVOX_SERVER: '0042',
        WOLKVOX_TOKEN: 'test-token',
        WOLKVOX_OPERATION: 'ventas',
        WOLKVOX_BASE_URL: url,
        WOLKVOX_REPORTS: reports.map(({ name }) => name).join(','),
        ...settings,
      },
    )
  const scrapes = (program: ReturnType<typeof start>, count: number) =>
    vi.waitFor(
      async () => {
        const text = await (await fetch(`${await program.url()}/metrics`)).text()
        expect(text.match(/^wolkvox_up\{.*\} 1$/gm)).toHaveLength(count)
        return text
      },
      { timeout: 20_000, interval: 100 },
    )

  const plain = start({})
  expect(await scrapes(plain, reports.length)).toContain('agent_id="70790001"')
  await plain.logged({ msg: 'agent ids are personal data', report: 'agents' })
  expect(await plain.endBy('SIGTERM')).toEqual(ENDED_WELL)
  // The search finds what is there.
  expect(() => expectNoTrace(filesOf(storage))).toThrow()

  const hidden = { WOLKVOX_AGENT_ID: 'hash', WOLKVOX_AGENT_NAME: 'hash', WOLKVOX_HASH_KEY_FILE: keyFile }
  const hashed = start(hidden)
  // The stored schedule makes no call, so the data is fetched when it is due; a new folder would fetch at once.
  await hashed.logged({ msg: 'stored data is not used' })
  await vi.waitFor(() => expectNoTrace(filesOf(storage)), { timeout: 10_000 })
  expectNoTrace([['log', hashed.output.stderr], ...(await pagesOf(await hashed.url()))])
  expect(await hashed.endBy('SIGTERM')).toEqual(ENDED_WELL)

  const fresh = start(
    { ...hidden, WOLKVOX_REFRESH_INTERVAL: '2s', WOLKVOX_TIMEOUT: '1s', WOLKVOX_STALE_AFTER: '1h' },
    another,
  )
  const text = await scrapes(fresh, reports.length)
  // The same pseudonym in every report about agents.
  const idsOf = (metric: string) =>
    new Set([...text.matchAll(new RegExp(`^${metric}\\{.*?agent_id="(\\w+)"`, 'gm'))].map(([, id]) => id))
  const ids = idsOf('wolkvox_agent_state')
  expect(ids.size).toBe(AGENTS.length)
  expect(idsOf('wolkvox_agent_active_interactions')).toEqual(ids)
  for (const metric of [
    'wolkvox_agent_network_latency_seconds',
    'wolkvox_agent_oldest_chat_start_timestamp_seconds',
  ]) {
    const others = idsOf(metric)
    expect([others.size, others.intersection(ids).size]).toEqual([AGENTS.length, 2])
  }
  state.isFailing = true
  await vi.waitFor(() => expect(state.failures).toBeGreaterThan(reports.length * 2), { timeout: 30_000 })
  const outputs = [
    ['log', fresh.output.stderr + fresh.output.stdout] as const,
    ...(await pagesOf(await fresh.url())),
  ]
  expect(fresh.output.stderr).toContain('refresh failed')
  expect(await fresh.endBy('SIGTERM')).toEqual(ENDED_WELL)
  expectNoTrace([...outputs, ['log', fresh.output.stderr], ...filesOf(another)])
  expect(filesOf(another).some(([name]) => name.endsWith('.snapshot'))).toBe(true)
}, 120_000)
