import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { INTERVAL_MS, OPERATIONS, startFiftyOperations } from './fifty-operations.ts'
import { scrape } from './scrape.ts'

const AGENTS = 1200
const INTERVALS = 20

// The calls of an operation start this close to its schedule.
const ON_TIME_MS = 1000

/** Records of one operation, as wolkvox sends them. */
const records = Array.from({ length: AGENTS }, (_, index) =>
  aRecord({ agent_id: String(1000 + index), agent_name: `Cóndor ${index}` }),
)

const good = answerWith(anEnvelope(records))

/** 64 MB of a response that is valid: white space may be anywhere in JSON. */
const enormous = answerWith(Buffer.concat([Buffer.alloc(64_000_000, ' '), Buffer.from(anEnvelope(records))]))

const refused = answerWith(
  JSON.stringify({ code: '403', error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN', data: null }),
  403,
)

it(`of ${OPERATIONS} operations with ${AGENTS} agents, one that hangs, one that sends 64 MB and one that is refused delay no call of the others`, async () => {
  const calls = new Map<string, number[]>()
  const recorded = (name: string): RequestListener => {
    const times: number[] = []
    calls.set(name, times)
    return (request, response) => {
      times.push(performance.now())
      good(request, response)
    }
  }
  const { url, healthy } = await startFiftyOperations(
    [
      ['hangs', () => {}],
      ['enormous', enormous],
      ['refused', refused],
    ],
    { serverOf: recorded, settingsOf: () => ({ staleAfterMs: 3 * INTERVAL_MS, timeoutMs: 4000 }) },
  )

  const enough = () => healthy.every((name) => (calls.get(name)?.length ?? 0) > INTERVALS)
  const deadline = performance.now() + (INTERVALS + 4) * INTERVAL_MS
  while (!enough() && performance.now() < deadline) await sleep(200)

  const late = healthy.flatMap((name) => {
    const [first = 0, ...others] = calls.get(name) ?? []
    const offsets = others.slice(0, INTERVALS).map((at, index) => at - first - (index + 1) * INTERVAL_MS)
    const isOnTime = offsets.length === INTERVALS && offsets.every((offset) => Math.abs(offset) < ON_TIME_MS)
    return isOnTime ? [] : [{ name, offsets: offsets.map(Math.round) }]
  })
  expect(late).toEqual([])
  const last = await scrape(url)
  expect(last.text.match(/^wolkvox_refresh_failures_total\{operation="good-.*\} [1-9].*$/gm)).toBeNull()
  // All but the two that never succeed.
  expect(last.text.match(/^wolkvox_agent_calls\{/gm)?.length).toBe((OPERATIONS - 2) * AGENTS)
}, 300_000)
