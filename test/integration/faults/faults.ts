import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { FailureReason } from '../../../src/wolkvox/failure.ts'
import { anEnvelope, answerWith, aRecord, documentedRefusals } from '../../support/helpers.ts'
import type { Misbehaviour } from './wolkvox.ts'

/** A row of the table: what an operator would say has happened, how it comes about, and what has to be counted. */
export interface Fault {
  readonly what: string
  readonly how: Misbehaviour
  readonly reason: FailureReason
}

const GOOD = anEnvelope([aRecord()])

// A half of the answer that ends within the records.
const HALF = GOOD.slice(0, GOOD.length / 2)

/** Once the request is there. */
const onRequest = (act: (socket: Socket) => void): Misbehaviour => ({
  connection: (socket) => {
    socket.once('data', () => act(socket))
  },
})

/** Sends this much of an answer, then breaks the connection without a good-bye. */
const resetAfter = (sent: string) => onRequest((socket) => socket.write(sent, () => socket.resetAndDestroy()))

/** Sends this much of an answer, then ends the connection as if that were all. */
const endAfter = (sent: string) => onRequest((socket) => socket.end(sent))

const answer = (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Misbehaviour => ({
  answer: answerWith(body, status, headers),
})

export const connectionFaults: readonly Fault[] = [
  { what: 'nobody listens there', how: 'refuses', reason: 'connect' },
  {
    what: 'the connection is reset at once, as by a firewall',
    how: { connection: (socket) => socket.resetAndDestroy() },
    reason: 'connect',
  },
  { what: 'the connection is reset before the answer', how: resetAfter(''), reason: 'connect' },
  {
    what: 'the connection is reset within the headers',
    how: resetAfter('HTTP/1.1 200 OK\r\nContent-'),
    reason: 'connect',
  },
  {
    what: 'the connection is reset within the body',
    how: resetAfter(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD.length}\r\n\r\n${HALF}`),
    reason: 'connect',
  },
  {
    what: 'the connection is reset within a chunk',
    how: resetAfter('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{"code"'),
    reason: 'connect',
  },
  { what: 'the connection ends before the answer', how: endAfter(''), reason: 'connect' },
  {
    what: 'half an answer comes, with Content-Length',
    how: endAfter(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD.length}\r\n\r\n${HALF}`),
    reason: 'connect',
  },
  {
    what: 'half an answer comes, without Content-Length',
    how: endAfter(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${HALF}`),
    reason: 'malformed',
  },
  {
    what: 'the connection ends within a chunk',
    how: endAfter(
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{"code"',
    ),
    reason: 'connect',
  },
  { what: 'what answers is no HTTP', how: endAfter('SSH-2.0-OpenSSH_9.6\r\n'), reason: 'http_error' },
]

const oneByteASecond: RequestListener = (_request, response) => {
  let sent = 0
  const drip = setInterval(() => response.write(GOOD[sent++]), 1000)
  response.once('close', () => clearInterval(drip)).writeHead(200, { 'content-length': GOOD.length })
  response.write(GOOD[sent++])
}

/** Each takes as long as the call may. */
export const slowFaults: readonly Fault[] = [
  { what: 'the headers never come', how: { answer: () => {} }, reason: 'timeout' },
  { what: 'the answer comes at one byte a second', how: { answer: oneByteASecond }, reason: 'timeout' },
  {
    what: 'the headers come at one byte a second',
    how: onRequest((socket) => {
      const header = 'HTTP/1.1 200 OK\r\nX-Slow: very, very slow'
      let sent = 0
      const drip = setInterval(() => socket.write(header[sent++] ?? '.'), 1000)
      socket.once('close', () => clearInterval(drip))
    }),
    reason: 'timeout',
  },
  {
    what: 'half an answer comes and then nothing, with Content-Length',
    how: onRequest((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD.length}\r\n\r\n${HALF}`),
    ),
    reason: 'timeout',
  },
  {
    what: 'half an answer comes and then nothing, without Content-Length',
    how: { answer: (_request, response) => response.write(HALF) },
    reason: 'timeout',
  },
  {
    what: 'a refusal comes whose body never ends',
    how: { answer: (_request, response) => response.writeHead(403).write('{"code"') },
    reason: 'timeout',
  },
]

const HTML = '<!doctype html><html><body>Mantenimiento</body></html>'

export const answerFaults: readonly Fault[] = [
  { what: 'the answer is not JSON', how: answer('agents: none'), reason: 'malformed' },
  {
    what: 'an HTML page comes with 200, as from a captive portal',
    how: answer(HTML, 200, { 'content-type': 'text/html' }),
    reason: 'malformed',
  },
  { what: 'an empty body comes with 200', how: answer(''), reason: 'malformed' },
  { what: 'only white space comes with 200', how: answer(' \r\n'), reason: 'malformed' },
  { what: 'JSON comes that is no report', how: answer('{"status":"ok"}'), reason: 'malformed' },
  { what: 'JSON comes that is a word', how: answer('null'), reason: 'malformed' },
  {
    what: 'it says gzip, but is not',
    how: answer(GOOD, 200, { 'content-encoding': 'gzip' }),
    reason: 'malformed',
  },
  {
    what: 'the gzip ends too soon',
    how: answer(gzipSync(GOOD).subarray(0, 60), 200, { 'content-encoding': 'gzip' }),
    reason: 'malformed',
  },
  {
    what: 'it is compressed in a way nobody asked for',
    how: answer(GOOD, 200, { 'content-encoding': 'br' }),
    reason: 'malformed',
  },
  { what: '204 comes, with nothing', how: answer('', 204), reason: 'http_error' },
  { what: '404 comes, with a page', how: answer(HTML, 404), reason: 'not_found' },
  { what: '405 comes, with a page', how: answer(HTML, 405), reason: 'http_error' },
  { what: '407 comes, with a page', how: answer(HTML, 407), reason: 'proxy' },
  { what: '429 comes, with a page', how: answer(HTML, 429), reason: 'rate_limited' },
  {
    what: '429 comes, with a Retry-After of an hour',
    how: answer(HTML, 429, { 'retry-after': '3600' }),
    reason: 'rate_limited',
  },
  {
    what: '429 comes, with a Retry-After that means nothing',
    how: answer(HTML, 429, { 'retry-after': '-NaN' }),
    reason: 'rate_limited',
  },
  { what: '418 comes, with a good report', how: answer(GOOD, 418), reason: 'http_error' },
  ...[500, 501, 502, 503, 504].map(
    (status): Fault => ({
      what: `${status} comes, with a page`,
      how: answer(HTML, status),
      reason: 'http_error',
    }),
  ),
  { what: '500 comes, with a good report', how: answer(GOOD, 500), reason: 'http_error' },
  { what: '403 comes, with a good report', how: answer(GOOD, 403), reason: 'forbidden' },
]

/** Whoever is at `elsewhere` must never hear of it: the token would travel along. */
export const redirectsTo = (elsewhere: string): readonly Fault[] =>
  [301, 302, 303, 307, 308].map((status) => ({
    what: `${status} points to another host`,
    how: answer('', status, { location: `${elsewhere}/api/v2/real_time.php?api=agents` }),
    reason: 'redirect',
  }))

const allRefusals: readonly Fault[] = [
  ...documentedRefusals.flatMap(([code, error, msg, reason]): Fault[] => [
    { what: `${msg}, as ${code}`, how: answer(JSON.stringify({ code, error, msg }), code), reason },
    {
      what: `${msg}, as 200 with code ${code}`,
      how: answer(JSON.stringify({ code, error, msg, data: null })),
      reason,
    },
    {
      what: `${msg}, as 200 with code "${code}"`,
      how: answer(JSON.stringify({ code: String(code), error: 'null', msg, data: [aRecord()] })),
      reason,
    },
  ]),
  { what: 'maintenance, as a bare 403', how: answer('', 403), reason: 'forbidden' },
  { what: 'maintenance, as 403 with a page', how: answer(HTML, 403), reason: 'forbidden' },
  {
    what: 'a refusal within a fault: code 401 with 500',
    how: answer('{"code":"401"}', 500),
    reason: 'unauthorized',
  },
  { what: 'a code that nobody knows', how: answer('{"code":"E17","data":[]}'), reason: 'http_error' },
]

/** After this one no call may follow until the day turns, so it is tried by itself. */
export const quotaFaults = allRefusals.filter(({ reason }) => reason === 'quota_exceeded')

export const refusals = allRefusals.filter(({ reason }) => reason !== 'quota_exceeded')

/** Writes for as long as somebody reads. */
const endless: RequestListener = (_request, response) => {
  const piece = Buffer.alloc(64 * 1024, ' ')
  const flow = () => {
    while (response.write(piece));
  }
  response.on('drain', flow)
  flow()
}

/** @param limit the most bytes that the exporter takes */
export const sizeFaults = (limit: number): readonly Fault[] => [
  {
    what: 'a length past the limit is announced, and then nothing comes',
    how: {
      answer: (_request, response) =>
        response.writeHead(200, { 'content-length': String(limit + 1) }).flushHeaders(),
    },
    reason: 'too_large',
  },
  {
    what: 'the body passes the limit, with Content-Length',
    how: answer(Buffer.alloc(limit + 1, ' '), 200, { 'content-length': String(limit + 1) }),
    reason: 'too_large',
  },
  { what: 'the body never ends, without Content-Length', how: { answer: endless }, reason: 'too_large' },
  {
    what: 'a small body becomes large by gzip',
    how: answer(gzipSync(Buffer.alloc(4 * limit, ' ')), 200, { 'content-encoding': 'gzip' }),
    reason: 'too_large',
  },
]
