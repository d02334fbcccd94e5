import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { expect, it, vi } from 'vitest'
import { ISOLATED, logged, startCommand } from '../cli/start-command.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

it.each([
  ['a connection that closes', () => false as const],
  ['a kept-alive connection', () => new Agent({ keepAlive: true })],
])('shutdown lets a scrape in flight finish on %s', async (_, agent) => {
  // The body is larger than the buffers between the exporter and its reader.
  const { url, stop } = startCommand(['demo', ...ISOLATED, '--simulator.agents=10000'])
  const root = await url()
  await logged({ msg: 'refreshed' })
  const request = get(`${root}/metrics`, { agent: agent() })
  onTestFinished(() => void request.destroy())
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const ended = stop()
  await logged({ msg: 'shutting down' })
  const length = Number(response.headers['content-length'])
  let received = 0
  for await (const chunk of response) received += chunk.length
  expect(received).toBe(length)
  expect(length).toBeGreaterThan(1_000_000)
  expect(await ended).toEqual({ code: 0, hangs: false })
})
