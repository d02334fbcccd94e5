import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { FailureReason } from '../../../src/wolkvox/failure.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { documentedRefusals } from '../../support/documented-refusals.ts'
import { answerWith } from '../../support/loopback-server.ts'
import type { ServerFault } from './wolkvox.ts'

/** A fault as an operator would describe it, how to cause it, and the expected reason. */
export interface Fault {
  readonly what: string
  readonly how: ServerFault
  readonly reason: FailureReason
}

const GOOD = anEnvelope([aRecord()])

// Half of a response, which ends within the records.
const HALF = GOOD.slice(0, GOOD.length / 2)

/** Runs when the request has arrived. */
const onRequest = (act: (socket: Socket) => void): ServerFault => ({
  connection: (socket) => {
    socket.once('data', () => act(socket))
  },
})

/** Sends part of a response, then resets the connection. */
const resetAfter = (sent: string) => onRequest((socket) => socket.write(sent, () => socket.resetAndDestroy()))

/** Sends part of a response, then closes the connection normally. */
const endAfter = (sent: string) => onRequest((socket) => socket.end(sent))

const reply = (body: string | Buffer, status = 200, headers: Record<string, string> = {}): ServerFault => ({
  respond: answerWith(body, status, headers),
})

export const connectionFaults: readonly Fault[] = [
  { what: 'nothing listens at the address', how: 'refuses', reason: 'connect' },
  {
    what: 'the connection is reset immediately, as by a firewall',
    how: { connection: (socket) => socket.resetAndDestroy() },
    reason: 'connect',
  },
  { what: 'the connection is reset before the response', how: resetAfter(''), reason: 'connect' },
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
  { what: 'the connection ends before the response', how: endAfter(''), reason: 'connect' },
  {
    what: 'half a response arrives, with Content-Length',
    how: endAfter(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD.length}\r\n\r\n${HALF}`),
    reason: 'connect',
  },
  {
    what: 'half a response arrives, without Content-Length',
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
  { what: 'the response is not HTTP', how: endAfter('SSH-2.0-OpenSSH_9.6\r\n'), reason: 'http_error' },
]

const oneByteASecond: RequestListener = (_request, response) => {
  let sent = 0
  const drip = setInterval(() => response.write(GOOD[sent++]), 1000)
  response.once('close', () => clearInterval(drip)).writeHead(200, { 'content-length': GOOD.length })
  response.write(GOOD[sent++])
}

/** Each lasts until the request times out. */
export const slowFaults: readonly Fault[] = [
  { what: 'the headers never arrive', how: { respond: () => {} }, reason: 'timeout' },
  { what: 'the response arrives at one byte a second', how: { respond: oneByteASecond }, reason: 'timeout' },
  {
    what: 'the headers arrive at one byte a second',
    how: onRequest((socket) => {
      const header = 'HTTP/1.1 200 OK\r\nX-Slow: very, very slow'
      let sent = 0
      const drip = setInterval(() => socket.write(header[sent++] ?? '.'), 1000)
      socket.once('close', () => clearInterval(drip))
    }),
    reason: 'timeout',
  },
  {
    what: 'half a response arrives and then stalls, with Content-Length',
    how: onRequest((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD.length}\r\n\r\n${HALF}`),
    ),
    reason: 'timeout',
  },
  {
    what: 'half a response arrives and then stalls, without Content-Length',
    how: { respond: (_request, response) => response.write(HALF) },
    reason: 'timeout',
  },
  {
    what: 'the body of a refusal never ends',
    how: { respond: (_request, response) => response.writeHead(403).write('{"code"') },
    reason: 'timeout',
  },
]

const HTML = '<!doctype html><html><body>Mantenimiento</body></html>'

export const responseFaults: readonly Fault[] = [
  { what: 'the response is not JSON', how: reply('agents: none'), reason: 'malformed' },
  {
    what: 'HTML arrives with 200, as from a captive portal',
    how: reply(HTML, 200, { 'content-type': 'text/html' }),
    reason: 'malformed',
  },
  { what: 'an empty body arrives with 200', how: reply(''), reason: 'malformed' },
  { what: 'only white space arrives with 200', how: reply(' \r\n'), reason: 'malformed' },
  { what: 'JSON arrives that is not a report', how: reply('{"status":"ok"}'), reason: 'malformed' },
  { what: 'JSON null arrives', how: reply('null'), reason: 'malformed' },
  {
    what: 'the body is declared as gzip, but is not',
    how: reply(GOOD, 200, { 'content-encoding': 'gzip' }),
    reason: 'malformed',
  },
  {
    what: 'the gzip is truncated',
    how: reply(gzipSync(GOOD).subarray(0, 60), 200, { 'content-encoding': 'gzip' }),
    reason: 'malformed',
  },
  {
    what: 'the compression was not requested',
    how: reply(GOOD, 200, { 'content-encoding': 'br' }),
    reason: 'malformed',
  },
  { what: '204 arrives without a body', how: reply('', 204), reason: 'http_error' },
  { what: '404 arrives with HTML', how: reply(HTML, 404), reason: 'not_found' },
  { what: '405 arrives with HTML', how: reply(HTML, 405), reason: 'http_error' },
  { what: '407 arrives with HTML', how: reply(HTML, 407), reason: 'proxy' },
  { what: '429 arrives with HTML', how: reply(HTML, 429), reason: 'rate_limited' },
  {
    what: '429 arrives with a Retry-After of an hour',
    how: reply(HTML, 429, { 'retry-after': '3600' }),
    reason: 'rate_limited',
  },
  {
    what: '429 arrives with an invalid Retry-After',
    how: reply(HTML, 429, { 'retry-after': '-NaN' }),
    reason: 'rate_limited',
  },
  { what: '418 arrives with a good report', how: reply(GOOD, 418), reason: 'http_error' },
  ...[500, 501, 502, 503, 504].map(
    (status): Fault => ({
      what: `${status} arrives with HTML`,
      how: reply(HTML, status),
      reason: 'http_error',
    }),
  ),
  { what: '500 arrives with a good report', how: reply(GOOD, 500), reason: 'http_error' },
  { what: '403 arrives with a good report', how: reply(GOOD, 403), reason: 'forbidden' },
]

/** The exporter must never call `elsewhere`, because it would send the token. */
export const redirectsTo = (elsewhere: string): readonly Fault[] =>
  [301, 302, 303, 307, 308].map((status) => ({
    what: `${status} points to another host`,
    how: reply('', status, { location: `${elsewhere}/api/v2/real_time.php?api=agents` }),
    reason: 'redirect',
  }))

const allRefusals: readonly Fault[] = [
  ...documentedRefusals.flatMap(([code, error, msg, reason]): Fault[] => [
    { what: `${msg}, as ${code}`, how: reply(JSON.stringify({ code, error, msg }), code), reason },
    {
      what: `${msg}, as 200 with code ${code}`,
      how: reply(JSON.stringify({ code, error, msg, data: null })),
      reason,
    },
    {
      what: `${msg}, as 200 with code "${code}"`,
      how: reply(JSON.stringify({ code: String(code), error: 'null', msg, data: [aRecord()] })),
      reason,
    },
  ]),
  { what: 'maintenance, as a bare 403', how: reply('', 403), reason: 'forbidden' },
  { what: 'maintenance, as 403 with HTML', how: reply(HTML, 403), reason: 'forbidden' },
  {
    what: 'code 401 with HTTP status 500',
    how: reply('{"code":"401"}', 500),
    reason: 'unauthorized',
  },
  { what: 'an unknown code', how: reply('{"code":"E17","data":[]}'), reason: 'http_error' },
]

/** These block requests until the next day, so they need a separate test. */
export const quotaFaults = allRefusals.filter(({ reason }) => reason === 'quota_exceeded')

export const refusals = allRefusals.filter(({ reason }) => reason !== 'quota_exceeded')

/** Writes as long as the client reads. */
const endless: RequestListener = (_request, response) => {
  const piece = Buffer.alloc(64 * 1024, ' ')
  const flow = () => {
    while (response.write(piece));
  }
  response.on('drain', flow)
  flow()
}

/** @param limit maximum size that the exporter accepts, in bytes */
export const sizeFaults = (limit: number): readonly Fault[] => [
  {
    what: 'a Content-Length above the limit arrives, and then nothing',
    how: {
      respond: (_request, response) =>
        response.writeHead(200, { 'content-length': String(limit + 1) }).flushHeaders(),
    },
    reason: 'too_large',
  },
  {
    what: 'the body exceeds the limit, with Content-Length',
    how: reply(Buffer.alloc(limit + 1, ' '), 200, { 'content-length': String(limit + 1) }),
    reason: 'too_large',
  },
  { what: 'the body never ends, without Content-Length', how: { respond: endless }, reason: 'too_large' },
  {
    what: 'a small gzip body decompresses to a large one',
    how: reply(gzipSync(Buffer.alloc(4 * limit, ' ')), 200, { 'content-encoding': 'gzip' }),
    reason: 'too_large',
  },
]
