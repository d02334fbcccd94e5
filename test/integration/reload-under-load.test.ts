import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import type { Config, Operation } from '../../src/config/operation.ts'
import { startExporter } from '../../src/exporter/exporter.ts'
import { Secret } from '../../src/secret.ts'
import { anEnvelope, anOperation, aRecord } from '../../tools/fixtures.ts'
import { serveHttp } from '../support/loopback-server.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const SCRAPERS = 50
const RELOADS = 200
const STABLE = ['ventas', 'soporte', 'cobros']
const HOUR = 3_600_000

const OUTCOMES = ['add', 'remove', 'rename', 'token', 'interval', 'broken'] as const

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use after a garbage collection. */
async function heapUsed(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    collectGarbage()
    await sleep(50)
  }
  return process.memoryUsage().heapUsed
}

/** Counts what a leak would leave behind. */
function resources() {
  return {
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    ports: process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length,
  }
}

/** A server that counts the calls of each operation, which is the first part of the path. */
async function countingWolkvox() {
  const calls = new Map<string, number>()
  const body = anEnvelope([aRecord(), aRecord({ agent_id: '1002' })])
  const url = await serveHttp((request, response) => {
    const name = request.url?.split('/')[1] ?? ''
    calls.set(name, (calls.get(name) ?? 0) + 1)
    response.setHeader('content-type', 'application/json').end(body)
  })
  return { calls, url }
}

interface Scrape {
  readonly status: number
  readonly text: string
}

function scrape(url: string, agent: Agent): Promise<Scrape> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: gunzipSync(Buffer.concat(chunks)).toString() }),
      )
    }).on('error', reject)
  })
}

const hasUp = (text: string, name: string) =>
  text.includes(`wolkvox_up{operation="${name}",report="agents"} 1\n`)

it(`${RELOADS} reloads under the load of ${SCRAPERS} scrapers fail no scrape, cause no call and leave nothing behind`, async () => {
  const { calls, url: baseUrl } = await countingWolkvox()
  const operation = (name: string, overrides: Partial<Operation> & { refreshIntervalMs?: number } = {}) =>
    anOperation({
      name,
      server: `9${name}`,
      baseUrl: `${baseUrl}/${name}`,
      refreshIntervalMs: HOUR,
      staleAfterMs: 24 * HOUR,
      ...overrides,
    })
  let wanted: readonly Operation[] | ConfigError = STABLE.map((name) => operation(name))
  const read = async (): Promise<Config> => {
    if (wanted instanceof ConfigError) throw wanted
    return { operations: wanted, warnings: [], source: { files: [], readFiles: read, readAll: read } }
  }
  const logged: { level: number; msg: string }[] = []
  const exporter = await startExporter(
    await read(),
    {
      listenAddresses: [{ host: '127.0.0.1', port: 0 }],
      telemetryPath: '/metrics',
      storagePath: temporaryFolder(),
      enableLifecycle: true,
    },
    pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line)) }),
  )
  onTestFinished(() => exporter.stop())
  const [root = ''] = exporter.urls
  const agent = new Agent({ keepAlive: true, maxSockets: SCRAPERS })
  onTestFinished(() => agent.destroy())
  const text = async () => (await scrape(`${root}/metrics`, agent)).text
  await vi.waitFor(
    async () => {
      const now = await text()
      for (const name of STABLE) expect(hasUp(now, name)).toBe(true)
    },
    { timeout: 20_000, interval: 50 },
  )

  let isDone = false
  let scrapes = 0
  const wrong = new Set<string>()
  const scrapers = Array.from({ length: SCRAPERS }, async () => {
    while (!isDone) {
      const { status, text } = await scrape(`${root}/metrics`, agent)
      scrapes += 1
      if (status !== 200) wrong.add(`status ${status}`)
      for (const name of STABLE) {
        if (!hasUp(text, name)) wrong.add(`no ${name}`)
        if (!text.includes(`wolkvox_agent_calls{operation="${name}",agent_id="1002"`))
          wrong.add(`no data of ${name}`)
        if (!text.includes(`wolkvox_refreshes_total{operation="${name}",report="agents"} 1\n`)) {
          wrong.add(`other counts of ${name}`)
        }
      }
      await sleep(100)
    }
  })

  /** Operations beside the stable ones, by name. */
  const others = new Map<string, Operation>()
  const expectedCalls = new Map(STABLE.map((name) => [name, 1]))
  let failed = 0
  let before = { heap: 0, resources: resources() }
  for (let index = 0; index < RELOADS; index += 1) {
    const kind = OUTCOMES[index % OUTCOMES.length] ?? 'add'
    const stable = STABLE[index % STABLE.length] ?? ''
    const changed = new Map(STABLE.map((name) => [name, operation(name)]))
    const [oldest] = others.keys()
    if (kind === 'add') others.set(`n${index}`, operation(`n${index}`))
    if (kind === 'remove' && oldest !== undefined) others.delete(oldest)
    if (kind === 'rename') {
      others.delete(oldest ?? '')
      others.set(`r${index}`, operation(`r${index}`))
    }
    if (kind === 'token') changed.set(stable, operation(stable, { token: new Secret(`test-token-${index}`) }))
    if (kind === 'interval') changed.set(stable, operation(stable, { refreshIntervalMs: 2 * HOUR }))
    for (const name of others.keys()) expectedCalls.set(name, 1)
    const operations = [...changed.values(), ...others.values()]
    wanted = kind === 'broken' ? new ConfigError(['operations[0].name: broken']) : operations
    // Every other one by HTTP, the others as SIGHUP does.
    const problems =
      index % 2 === 0
        ? await exporter.reload()
        : await fetch(`${root}/-/reload`, { method: 'POST' }).then(async (response) => {
            const body = await response.text()
            return response.status === 200 ? [] : body.trimEnd().split('\n')
          })
    if (kind === 'broken') {
      failed += 1
      expect(problems).toEqual(['operations[0].name: broken'])
      continue
    }
    expect(problems).toEqual([])
    // From the next scrape on, exactly the wanted operations are there.
    const now = await text()
    const exposedNames = [...now.matchAll(/^wolkvox_operation_info\{operation="([^"]+)"/gm)].map(
      ([, name]) => name,
    )
    expect(exposedNames.sort()).toEqual(operations.map(({ name }) => name).sort())
    const reported = new Set([...now.matchAll(/^wolkvox_\w+\{operation="([^"]+)"/gm)].map(([, name]) => name))
    expect([...reported].sort()).toEqual(exposedNames)
    await vi.waitFor(
      async () => expect(hasUp(await text(), [...others.keys()].at(-1) ?? stable)).toBe(true),
      {
        timeout: 10_000,
        interval: 20,
      },
    )
    if (index === RELOADS / 4) before = { heap: await heapUsed(), resources: resources() }
  }
  const after = { heap: await heapUsed(), resources: resources() }
  isDone = true
  await Promise.all(scrapers)

  expect([...wrong]).toEqual([])
  expect(scrapes).toBeGreaterThan(RELOADS * 5)
  expect(Object.fromEntries(calls)).toEqual(Object.fromEntries(expectedCalls))
  expect(logged.filter(({ level }) => level >= 50)).toEqual([])
  expect(logged.filter(({ msg }) => msg === 'configuration reloaded')).toHaveLength(RELOADS - failed)
  // 150 reloads later. Some bytes for each are for the log's memory of each new name.
  expect((after.heap - before.heap) / 2 ** 20).toBeLessThan(4)
  expect(after.resources.listeners).toBe(before.resources.listeners)
  expect(after.resources.ports).toBe(before.resources.ports)
  // Each scraper can be waiting, and each running report has one.
  expect(after.resources.timers - before.resources.timers).toBeLessThan(20)
}, 600_000)
