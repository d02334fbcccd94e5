import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../src/server/app.ts'

// More than the kernel keeps for a reader.
const BODY = Buffer.alloc(32_000_000, 'x')

/** An application on a free port that counts how often it made its body. */
async function serve() {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => BODY,
    isReady: () => true,
    landingPage: () => ({ version: '', telemetryPath: '/metrics', operations: [] }),
    log: pino({ level: 'silent' }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  const { port } = app.server.address() as { port: number }
  return { app, port }
}

describe('a scraper that asks a thousand times and reads nothing', () => {
  it('costs no copy of the body for each, and keeps nobody else waiting', async () => {
    const { port } = await serve()
    const greedy = connect(port, '127.0.0.1')
    onTestFinished(() => void greedy.destroy())
    await once(greedy, 'connect')
    const before = process.memoryUsage().rss
    greedy.pause().write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200)
    // A thousand copies would be 32 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  })
})

describe('a scraper that never reads', () => {
  it('is cut off after a minute', async () => {
    const { app, port } = await serve()
    const stuck = connect(port, '127.0.0.1')
    onTestFinished(() => void stuck.destroy())
    stuck.on('error', () => {}) // It is cut off, as it should be.
    await once(stuck, 'connect')
    const asked = new Promise<IncomingMessage>((resolve) => app.server.once('request', resolve))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    stuck.pause().write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    const { socket } = await asked
    await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(59_999)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(socket.destroyed).toBe(true)
  })
})
