import { spawn } from 'node:child_process'
import dns from 'node:dns'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { describe, expect, it, vi } from 'vitest'
import { anEnvelope, anOperation, aRecord, never } from '../../../tools/fixtures.ts'
import { fetchAgents } from '../../support/agents.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { haveTools } from '../../support/programs/tools.ts'

const GOOD = answerWith(anEnvelope([aRecord()]))

/** Lets a name have these addresses until the test ends. */
function resolveTo(...addresses: readonly string[]): void {
  const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    options: { readonly all?: boolean },
    done: (error: null, ...result: unknown[]) => void,
  ) => {
    const [first] = list
    if (options.all) done(null, list)
    else done(null, first?.address, first?.family)
  }) as never)
  onTestFinished(() => lookup.mockRestore())
}

/** @returns its port */
async function serveOn(host: string, port = 0): Promise<number> {
  const server = createServer(GOOD)
  await new Promise((resolve) => server.listen(port, host, () => resolve(undefined)))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as { port: number }).port
}

// Fills the queue of a listening socket, so that the kernel drops further SYNs: the address looks dead. After the first line of
// its input, the program accepts connections and answers: then the next SYN, a second after the first, gets its response.
const FULL_QUEUE = `
import socket, sys, threading
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(0)
fillers = []
for _ in range(4):
    filler = socket.socket()
    filler.setblocking(False)
    filler.connect_ex(server.getsockname())
    fillers.append(filler)
print(server.getsockname()[1], flush=True)
sys.stdin.readline()
body = sys.argv[3].encode()
def answer(client):
    if client.recv(65536):
        client.sendall(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body) + body)
for filler in fillers:
    filler.close()
while True:
    client, _ = server.accept()
    threading.Thread(target=answer, args=(client,), daemon=True).start()
`

/** An address that drops every SYN until `revive` is called. */
async function startDeadAddress(host: string, port = 0) {
  const program = spawn('python3', ['-c', FULL_QUEUE, host, String(port), anEnvelope([aRecord()])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  for await (const line of createInterface(program.stdout)) {
    return { port: Number(line), revive: () => void program.stdin.write('\n') }
  }
  throw new Error('the program ended')
}

describe('a name with IPv6 addresses only', () => {
  it('is reached', async () => {
    const port = await serveOn('::1')
    resolveTo('::1')
    expect((await fetchAgents(anOperation({ baseUrl: `http://wolkvox.test:${port}` }), never)).status).toBe(
      200,
    )
  })

  it('may be an address', async () => {
    const port = await serveOn('::1')
    expect((await fetchAgents(anOperation({ baseUrl: `http://[::1]:${port}` }), never)).status).toBe(200)
  })
})

describe.skipIf(!haveTools('python3'))('a name with two addresses, one of which is dead', () => {
  it.each([60_000, 20_000])(
    'is reached although the other needs a second to respond, with a timeout of %d ms',
    async (timeoutMs) => {
      const { port } = await startDeadAddress('127.0.0.2')
      const slow = await startDeadAddress('127.0.0.3', port)
      resolveTo('127.0.0.2', '127.0.0.3')
      const startedAt = performance.now()
      // The first address is abandoned after 2.5 s. The first SYN to the second one is lost, so connecting takes at least 1 s.
      setTimeout(slow.revive, 2900)
      const { status } = await fetchAgents(
        anOperation({ baseUrl: `http://wolkvox.test:${port}`, timeoutMs }),
        never,
      )
      expect(status).toBe(200)
      expect(performance.now() - startedAt).toBeGreaterThan(3400)
    },
  )
})
