import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { createServer as createNetServer } from 'node:net'
import { constants, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type { Moment } from '../../src/clock.ts'
import type { Operation, ReportSettings } from '../../src/config/operation.ts'
import { Secret } from '../../src/config/secret.ts'
import { type Body, createExposition } from '../../src/exposition/exposition.ts'
import type { FilledFamily, Format } from '../../src/exposition/family.ts'
import type { Segment } from '../../src/exposition/gzip.ts'
import type { AccountState } from '../../src/scheduling/budget.ts'
import type { ExporterState } from '../../src/scheduling/state.ts'
import type { FailureReason } from '../../src/wolkvox/failure.ts'
import type { Outcome, RenderedSnapshot } from '../../src/worker/outcome.ts'

/** Settings that a test may override: those of the operation, or of its only report. */
export type OperationOverrides = Partial<Operation & Omit<ReportSettings, 'name'>>

/** An operation with every setting, which a test may override. Its only report is `agents`. */
export function anOperation({
  refreshIntervalMs = 300_000,
  staleAfterMs = 900_000,
  ...overrides
}: OperationOverrides = {}): Operation {
  return {
    name: 'ventas',
    server: '0042',
    token: new Secret('test-token'),
    baseUrl: 'https://wv0042.wolkvox.com',
    licenses: undefined,
    timeZone: 'America/Bogota',
    timeoutMs: 2000,
    maxResponseBytes: 64 * 2 ** 20,
    agentName: 'plain',
    reports: [{ name: 'agents', refreshIntervalMs, staleAfterMs }],
    ...overrides,
  }
}

/** Data of the report `agents` after a refresh, without segments. */
export function aRenderedSnapshot(overrides: Partial<RenderedSnapshot> = {}): RenderedSnapshot {
  return {
    report: 'agents',
    fetchedAt: 0,
    records: 200,
    rows: 200,
    responseBytes: 1000,
    segments: [],
    ...overrides,
  }
}

/** The outcome of a successful refresh. */
export function aSuccess(
  rendered: Partial<RenderedSnapshot> = {},
  rejections: Outcome['rejections'] = { records: {}, values: {} },
): Outcome {
  return { ok: true, rendered: aRenderedSnapshot(rendered), rejections }
}

/** An account that has sent no requests on this day. */
export function anAccountState(overrides: Partial<AccountState> = {}): AccountState {
  return {
    account: '0042',
    timeZone: 'America/Bogota',
    dailyLimit: undefined,
    requestsOfDay: { day: '2026-01-02', count: 0 },
    exhausted: undefined,
    ...overrides,
  }
}

/** A record of the report `agents` as wolkvox sends it: all values are strings. */
export function aRecord(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agent_id: '1001',
    agent_name: 'Cóndor 001',
    agent_status: 'READY',
    calls: '10',
    inbound: '7',
    outbound: '2',
    internal: '1',
    time_state_now: '65',
    ready_time: '01:00:00',
    inbound_time: '00:30:00',
    outbound_time: '00:10:00',
    acw_time: '00:05:00',
    ring_time: '00:01:00',
    login_time: '02:00:00',
    aht_time: '00:04:30',
    ocupation: '42.86 %',
    aux_time: '00:15:00',
    ...overrides,
  }
}

/** A good response of the API with these records. */
export function anEnvelope(data: unknown): string {
  const count = Array.isArray(data) ? data.length : 1
  return JSON.stringify({ code: 200, error: null, msg: `${count} records were found`, data })
}

/**
 * The failures in the documentation of wolkvox, each with its reason. The code can be the HTTP status or in the body. The message
 * during maintenance is not documented.
 */
export const documentedRefusals: readonly (readonly [
  code: number,
  error: string,
  msg: string,
  reason: FailureReason,
])[] = [
  [400, 'BAD REQUEST', 'THE API YOU WANT TO CONSULT DOES NOT EXIST', 'bad_request'],
  [400, 'BAD REQUEST', 'SOME PARAMETERS ARE REQUIRED', 'bad_request'],
  [401, 'UNAUTHORIZED', 'PLEASE ENTER THE WOLKVOX-TOKEN', 'unauthorized'],
  [403, 'FORBIDDEN', 'TOKEN LIMIT EXCEEDED', 'quota_exceeded'],
  [403, 'FORBIDDEN', 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)', 'concurrency'],
  [403, 'FORBIDDEN', 'PLEASE VALIDATE TOKEN', 'invalid_token'],
  [403, 'FORBIDDEN', 'THE API IS SWITCHED OFF', 'forbidden'],
]

/** A loopback HTTP server that ends with the test. @returns its URL */
export async function serveHttp(handle: RequestListener): Promise<string> {
  return listenOnLoopback(createServer(handle), 'http')
}

/** A loopback TCP server, for responses that HTTP forbids. @returns its URL */
export async function serveSockets(handle: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    handle(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return listenOnLoopback(server, 'http')
}

/** Listens on a free loopback port until the test ends. @returns the server's URL */
export async function listenOnLoopback(
  server: NetServer | Server,
  scheme: 'http' | 'https',
): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Responds to every request with this body. */
export function answerWith(body: string | Buffer, status = 200, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }
}

/** A time with both clocks equal. */
export function momentAt(ms: number): Moment {
  return { wallMs: ms, monotonicMs: ms }
}

/** A signal that is never aborted. */
export const never = new AbortController().signal

/** The text of each agent family of an exposition, headers included, by name. */
export function agentFamiliesOf(text: string): Record<string, string> {
  const families = text.split(/^(?=# HELP )/m).map((family) => [family.split(' ')[2] ?? '', family] as const)
  return Object.fromEntries(families.filter(([name]) => name.startsWith('wolkvox_agent_')))
}

/** The concatenated text of segments. */
export function textOfSegments(segments: readonly Segment[]): string {
  const texts = segments.map(({ deflated }) =>
    inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH }),
  )
  return Buffer.concat(texts).toString()
}

/** The text that a scraper reads from a body. */
export function textOfBody({ gzipped }: Body): string {
  return gunzipSync(Buffer.concat(gzipped)).toString()
}

/** A body with this text. */
export function aBody(text: string): Body {
  return { gzipped: [gzipSync(text)], length: Buffer.byteLength(text) }
}

/** The text of `/metrics`. Missing state is empty. */
export async function renderText(
  { accounts = [], operations = [], reports = [] }: Partial<ExporterState>,
  own: readonly FilledFamily[],
  format: Format,
  now: number,
): Promise<string> {
  const state = { accounts, operations, reports }
  const exposition = createExposition(
    () => state,
    async () => own,
  )
  return textOfBody(await exposition(format, momentAt(now)))
}

/** One line of an exposition: name, labels, value. */
export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/sy

/**
 * Parses a text exposition strictly, independent of the writer: only `\n` ends a line, labels must be quoted and escaped, and
 * each series may occur only once.
 */
export function parseExposition(text: string): ParsedSample[] {
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('the last line has no line end')
  return text
    .slice(0, -1)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const match = SAMPLE.exec(line)
      if (match === null) throw new Error(`not a sample: ${line}`)
      const labels = parseLabels(match[2] ?? '')
      const series = `${match[1]} ${JSON.stringify(Object.entries(labels).sort())}`
      if (seen.has(series)) throw new Error(`duplicate series: ${line}`)
      seen.add(series)
      return { name: match[1] as string, labels, value: parseNumber(match[3] as string) }
    })
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null)
  let read = 0
  for (LABEL.lastIndex = 0; read < text.length; read = LABEL.lastIndex) {
    const match = LABEL.exec(text)
    if (match === null) throw new Error(`not labels: ${text}`)
    labels[match[1] as string] = (match[2] as string).replace(/\\(.)/gs, (_all, escaped) =>
      escaped === 'n' ? '\n' : escaped,
    )
  }
  return labels
}

function parseNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  const number = Number(text)
  if (Number.isNaN(number) && text !== 'NaN') throw new Error(`not a number: ${text}`)
  return number
}
