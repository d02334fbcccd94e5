import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { hostileRecords } from '../../support/hostile-names.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { useFixedExporter } from './fixed-exporter.ts'
import { getRaw, readProgram } from './readers.ts'
import { type RawResponse, readHead } from './wire.ts'

const url = useFixedExporter(hostileRecords(200))

const encodings = [['gzip'], ['identity']] as const

/** Sends requests over one connection, which the last one closes. @returns all received bytes */
async function exchange(...requests: readonly string[]): Promise<RawResponse> {
  const { hostname, port } = new URL(url())
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.write(requests.join(''))
  return readHead(await buffer(socket))
}

function request(method: 'GET' | 'HEAD', encoding: string, connection: 'close' | 'keep-alive') {
  return `${method} /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\nConnection: ${connection}\r\n\r\n`
}

describe('on the wire', () => {
  it.each(encodings)('a body in %s has exactly the length of its Content-Length', async (encoding) => {
    const { status, headers, rest } = await exchange(request('GET', encoding, 'close'))
    expect(status).toBe('HTTP/1.1 200 OK')
    expect(headers['transfer-encoding']).toBeUndefined()
    expect(rest.length).toBeGreaterThan(1000)
    expect(headers['content-length']).toBe(String(rest.length))
  })

  it.each(encodings)('a connection serves one body in %s after the other', async (encoding) => {
    const first = await exchange(request('GET', encoding, 'keep-alive'), request('GET', encoding, 'close'))
    const second = readHead(first.rest.subarray(Number(first.headers['content-length'])))
    expect(second.status).toBe('HTTP/1.1 200 OK')
    expect(second.headers['content-length']).toBe(String(second.rest.length))
  })

  it.each(encodings)(
    'HEAD in %s gives the headers of GET, no body, and the connection goes on',
    async (encoding) => {
      // The metrics of the process can change in length between the two, but not every time.
      await vi.waitFor(async () => {
        const head = await exchange(
          request('HEAD', encoding, 'keep-alive'),
          request('GET', encoding, 'close'),
        )
        const { status, headers, rest } = readHead(head.rest)
        expect([head.status, status]).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'])
        expect(rest.length).toBeGreaterThan(1000)
        expect(head.headers['content-length']).toBeDefined()
        expect(stableHeaders(head.headers)).toEqual(stableHeaders(headers))
      }, 5000)
    },
  )

  it.skipIf(!haveTools('python3'))('a body in gzip is one member with nothing after it', async () => {
    const { headers, body } = await getRaw(url(), { 'accept-encoding': 'gzip' })
    expect(headers['content-encoding']).toBe('gzip')
    expect(String(await readProgram('python3', ['-c', ONE_MEMBER], body))).toBe('True 0')
  })
})

/** The headers that do not depend on the time or the connection. */
function stableHeaders({ date, connection, 'keep-alive': keepAlive, ...headers }: RawResponse['headers']) {
  return headers
}

const ONE_MEMBER = `
import sys, zlib
member = zlib.decompressobj(31)
member.decompress(sys.stdin.buffer.read())
print(member.eof, len(member.unused_data), end='')
`
