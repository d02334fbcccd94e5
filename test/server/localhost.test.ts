import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, vi } from 'vitest'
import { ListenError, listen } from '../../src/server/listen.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

// 192.0.2.1 belongs to no machine.
const addresses = vi.hoisted(() => ({ ofLocalhost: [] as string[] }))
vi.mock('node:dns/promises', () => ({
  lookup: async () => addresses.ofLocalhost.map((address) => ({ address, family: 4 })),
}))

/** Listens on `localhost` with these addresses. @returns the URLs */
async function listenOnLocalhost(ofLocalhost: string[], port: number): Promise<readonly string[]> {
  addresses.ofLocalhost = ofLocalhost
  const { urls, close } = await listen(createServer() as Parameters<typeof listen>[0], [
    { host: 'localhost', port },
  ])
  onTestFinished(close)
  return urls
}

it('refuses localhost if a further address of it is in use', async () => {
  const other = createServer().listen(0, '127.0.0.2')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  await expect(listenOnLocalhost(['127.0.0.1', '127.0.0.2'], port)).rejects.toThrow(ListenError)
})

it('leaves out a further address of localhost that the machine lacks', async () => {
  expect(await listenOnLocalhost(['127.0.0.1', '192.0.2.1'], 0)).toHaveLength(1)
})
