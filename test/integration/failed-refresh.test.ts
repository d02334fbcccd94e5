import type { RequestListener } from 'node:http'
import { expect, it, vi } from 'vitest'
import { freePort } from '../../tools/free-port.ts'
import { ISOLATED, logged, startCommand } from '../cli/start-command.ts'
import { serveHttp } from '../support/loopback-server.ts'
import { logLines } from '../support/memory-logger.ts'
import { ACCOUNT, simulatedAccount } from '../support/simulated-wolkvox.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

const echo: RequestListener = ({ headers }, response) => {
  const msg = `Could not validate token ${headers['wolkvox-token']}`
  response
    .writeHead(403, { 'content-type': 'application/json' })
    .end(JSON.stringify({ code: 403, msg, data: null }))
}

const cases: [string, string, number, () => Promise<Readonly<Record<string, string>>>][] = [
  [
    'invalid_token',
    'an unknown token',
    0,
    async () => ({ ...(await simulatedAccount()), WOLKVOX_TOKEN: 'wrong-test-token' }),
  ],
  [
    'invalid_token',
    'a response that repeats the token',
    0,
    async () => ({ WOLKVOX_BASE_URL: await serveHttp(echo) }),
  ],
  [
    'connect',
    'a server that is not there',
    2,
    async () => ({ WOLKVOX_BASE_URL: `http://127.0.0.1:${await freePort()}` }),
  ],
  [
    'timeout',
    'a server that never responds',
    2,
    async () => ({ WOLKVOX_BASE_URL: await serveHttp(() => {}), WOLKVOX_TIMEOUT: '1s' }),
  ],
]

it.each(cases)(
  'a failed first refresh warns with the reason %s for %s, and of %i retries; metrics stay, the token is nowhere',
  async (reason, _, retries, settings) => {
    // Short, so that the retries come soon, yet longer than the test.
    const environment = { ...ACCOUNT, WOLKVOX_REFRESH_INTERVAL: '30s', ...(await settings()) }
    const { url, output, stop } = startCommand(['serve', ...ISOLATED, '--log.level=trace'], environment)
    const root = await url()
    const line = await logged({ level: 'warn', reason, msg: 'refresh failed' })
    expect(line).toEqual({
      level: 'warn',
      time: expect.any(Number),
      operation: ACCOUNT.WOLKVOX_SERVER,
      report: 'agents',
      duration_seconds: expect.any(Number),
      reason,
      problem: expect.any(String),
      hint: expect.any(String),
      failures: 1,
      msg: 'refresh failed',
    })

    const metrics = await fetch(`${root}/metrics`)
    expect(metrics.status).toBe(200)
    const text = await metrics.text()
    expect(text).toContain('wolkvox_up{operation="0000",report="agents"} 0\n')
    expect(text).toContain(
      `wolkvox_refresh_failures_total{operation="0000",report="agents",reason="${reason}"} 1\n`,
    )
    const landing = await (await fetch(root)).text()
    expect(landing).toContain(`<code>${reason}</code>`)
    expect((await fetch(`${root}/-/ready`)).status).toBe(200)

    expect(await stop()).toEqual({ code: 0, hangs: false })
    const reasons = logLines.filter((each) => each.reason === reason)
    const retried = reasons.filter(({ msg }) => msg === 'call failed; retrying')
    expect(retried.map(({ level }) => level)).toEqual(Array.from({ length: retries }, () => 'warn'))
    expect(reasons.filter((each) => !retried.includes(each))).toEqual([line])
    const everything = [JSON.stringify(logLines), ...Object.values(output), text, landing].join('\n')
    expect(everything).not.toContain(environment.WOLKVOX_TOKEN)
    expect(everything).not.toMatch(/node_modules|\\n\s+at |"stack"/)
  },
)
