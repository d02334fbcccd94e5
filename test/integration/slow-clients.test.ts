import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { limits } from '../../src/server/limits.ts'
import { makeApp } from '../server/make-app.ts'

const HEADERS = 'Host: localhost\r\nConnection: close\r\n'

it.concurrent.for<readonly [string, string]>([
  ['connects and sends nothing', ''],
  ['sends the first line', 'GET /-/healthy HTTP/1.1\r\n'],
  ['does not end its headers', `GET /-/healthy HTTP/1.1\r\n${HEADERS}`],
])(
  'a client that %s is disconnected within the time limit of the headers',
  async ([, request], { onTestFinished }) => {
    const { app } = makeApp()
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
    onTestFinished(async () => {
      socket.destroy()
      await app.close()
    })
    const from = performance.now()
    let received = ''
    socket.on('data', (text: string) => {
      received += text
    })
    socket.write(request)
    await once(socket, 'close')
    const ms = performance.now() - from
    expect(received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(ms).toBeGreaterThan(limits.headersTimeoutMs - 100)
    expect(ms).toBeLessThan(limits.headersTimeoutMs + limits.timeoutCheckMs + 2000)
  },
)
