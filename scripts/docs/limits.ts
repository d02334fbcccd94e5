import { limits } from '../../src/server/limits.ts'
import { formatDuration } from '../../src/units.ts'
import { table } from './markdown.ts'

const duration = formatDuration
const bytes = (count: number) => `${count / 1024} KiB`
const count = (value: number) => value.toLocaleString('en')

type Row = readonly [what: string, format: (value: number) => string, above: string]

/** What each limit is about, and what happens above it. */
const rows: Readonly<Record<keyof typeof limits, Row>> = {
  headersTimeoutMs: ['time for the headers of a request', duration, '408, connection closed'],
  requestTimeoutMs: ['time for a whole request', duration, '408, connection closed'],
  timeoutCheckMs: ['longest delay until such a timeout is noticed', duration, '–'],
  keepAliveMs: ['time without a request', duration, 'connection closed'],
  responseMs: ['time to read a response', duration, 'connection closed'],
  maxHeaderBytes: ['size of request line and headers', bytes, '431; 414 if the path is the reason'],
  maxHeaders: ['number of headers', count, '431, connection closed'],
  maxUrlBytes: ['length of the path with its query', bytes, '414, connection closed'],
  maxBodyBytes: ['size of a request body, which no path needs', bytes, '413, connection closed'],
  maxConnections: ['connections', count, 'see below'],
  backlog: ['connections that wait to be accepted', count, 'the client tries again'],
  maxConnectionsPerClient: ['connections of one client', count, 'the new connection is closed'],
  handshakesPerTurn: ['TLS handshakes that begin at the same moment', count, 'clients take turns'],
  maxResponding: ['connections that wait for a response', count, 'see below; otherwise 503'],
  maxResponsesPerConnection: ['requests that wait on one connection', count, '503, connection closed'],
  maxPlainText: ['responses without gzip in progress', count, 'see below; otherwise 503'],
}

/** The limits of the server. */
export function limitTable(): string {
  const cells = Object.entries(limits).map(([name, value]) => {
    const [what, format, above] = rows[name as keyof typeof limits]
    return [what, format(value), above]
  })
  return table(['limit', 'value', 'above it'], cells)
}
