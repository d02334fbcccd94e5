import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it } from 'vitest'
import { aCertificate, writePair } from '../../support/certificates.ts'
import { hashOf } from '../../support/passwords.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const GUESS_MS = 5000
// Without guesses, for comparison on a busy machine.
const CONTROL_MS = 2000
const TIMEOUT_MS = 90_000
// The cost that the documentation recommends.
const COST = 10

let hashes: { alice: string; bob: string }
beforeAll(async () => {
  hashes = { alice: await hashOf('test-password', COST), bob: await hashOf('other-password', COST) }
})

/** Starts a demo with TLS and two users. @returns its port */
async function startDemo(): Promise<number> {
  const folder = temporaryFolder()
  writePair(folder, 'server', await aCertificate())
  writeFileSync(
    join(folder, 'web.yml'),
    `tls_server_config: { cert_file: server.crt, key_file: server.key }
basic_auth_users: { alice: "${hashes.alice}", bob: "${hashes.bob}" }
`,
  )
  const demo = startProcess([
    'demo',
    '--web.listen-address=127.0.0.1:0',
    `--web.config.file=${join(folder, 'web.yml')}`,
  ])
  return Number(new URL(await demo.url()).port)
}

/** One request. @returns status and duration in milliseconds */
function scrape(port: number, auth: string, agent: Agent, localAddress = '127.0.0.1') {
  const from = performance.now()
  return new Promise<{ status: number; ms: number }>((resolve, reject) => {
    request(
      {
        port,
        host: '127.0.0.1',
        localAddress,
        path: '/metrics',
        headers: {
          authorization: `Basic ${Buffer.from(auth).toString('base64')}`,
          'accept-encoding': 'gzip',
        },
        agent,
        rejectUnauthorized: false,
      },
      (response) => {
        response
          .resume()
          .on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - from }))
      },
    )
      .on('error', reject)
      .end()
  })
}

/** Starts to guess from these addresses. @returns the responses by status, when it is over */
async function guess(port: number, addresses: readonly string[]) {
  const worker = new Worker(new URL('./guesser.mjs', import.meta.url), {
    workerData: { port, addresses, connections: 64, ms: GUESS_MS },
  })
  // A burst of handshakes is another attack.
  await once(worker, 'message')
  return { counts: once(worker, 'message').then(([counts]) => counts as Record<string, number>) }
}

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? Number.NaN

describe('passwords guessed at full speed', () => {
  it.each([
    // More guesses than one client may have waiting are refused at once.
    ['one address', 1, ['401', '429']],
    ['30 addresses', 30, ['401']],
  ])(
    'from %s neither delay nor keep out an honest scraper',
    { timeout: TIMEOUT_MS },
    async (from, count, statusesOfGuesses) => {
      const port = await startDemo()
      const agent = new Agent({ keepAlive: true })
      expect((await scrape(port, 'alice:test-password', agent)).status).toBe(200)
      const control: number[] = []
      for (const end = Date.now() + CONTROL_MS; Date.now() < end; await sleep(10)) {
        control.push((await scrape(port, 'alice:test-password', agent)).ms)
      }

      const addresses = Array.from({ length: count }, (_, index) => `127.0.0.${index + 2}`)
      let isOver = false
      const { counts } = await guess(port, addresses)
      const guessing = counts.finally(() => {
        isOver = true
      })
      const newScraper = (async () => {
        await sleep(1000)
        const start = performance.now()
        const statuses: number[] = []
        // As Prometheus with an interval of one second.
        while (statuses.at(-1) !== 200 && !isOver) {
          statuses.push((await scrape(port, 'bob:other-password', new Agent(), '127.0.0.99')).status)
          if (statuses.at(-1) !== 200) await sleep(1000)
        }
        return { statuses, ms: performance.now() - start }
      })()
      const cached: { status: number; ms: number }[] = []
      while (!isOver) {
        cached.push(await scrape(port, 'alice:test-password', agent))
        await sleep(10)
      }
      const [guesses, { statuses, ms }] = [await guessing, await newScraper]
      const p99 = quantile(
        cached.map((each) => each.ms),
        0.99,
      )
      process.stdout.write(
        `guessing from ${from}: ${JSON.stringify(guesses)}; ${cached.length} cached scrapes, p50 ${quantile(
          cached.map((each) => each.ms),
          0.5,
        ).toFixed(
          0,
        )} ms, p99 ${p99.toFixed(0)} ms (without guesses ${quantile(control, 0.99).toFixed(0)} ms); new scraper in after ${ms.toFixed(0)} ms (${statuses})\n`,
      )
      expect(Object.keys(guesses).sort()).toEqual(statusesOfGuesses)
      expect(cached.filter(({ status }) => status !== 200)).toEqual([])
      expect(cached.length).toBeGreaterThan(20)
      expect(p99).toBeLessThan(250)
      expect(statuses.at(-1)).toBe(200)
    },
  )
})

describe('the time of a refusal', () => {
  it('is the same for an unknown user and for a known one', { timeout: TIMEOUT_MS }, async () => {
    const port = await startDemo()
    const agent = new Agent({ keepAlive: true })
    const times: Record<string, number[]> = { alice: [], mallory: [] }
    await scrape(port, 'alice:warm-up', agent)
    for (let round = 0; round < 40; round += 1) {
      for (const user of round % 2 === 0 ? ['alice', 'mallory'] : ['mallory', 'alice']) {
        const { status, ms } = await scrape(port, `${user}:wrong-${round}`, agent)
        expect(status).toBe(401)
        times[user]?.push(ms)
      }
    }
    const [known, unknown] = ['alice', 'mallory'].map((user) => {
      const values = times[user] ?? []
      return { fastest: Math.min(...values), median: quantile(values, 0.5) }
    })
    process.stdout.write(`known ${JSON.stringify(known)}, unknown ${JSON.stringify(unknown)} (ms)\n`)
    if (known === undefined || unknown === undefined) throw new Error('not measured')
    // Other programs on the machine only make requests slower, so the fastest ones are comparable.
    expect(Math.abs(known.fastest - unknown.fastest)).toBeLessThan(known.fastest * 0.25)
  })
})
