import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import { agents as agentsReport } from '../../src/reports/agents/index.ts'
import type { Agent } from '../../src/reports/agents/rows.ts'
import type { Snapshot } from '../../src/reports/read-report.ts'
import { type FailureReason, toFailure } from '../../src/wolkvox/failure.ts'
import { read } from '../../src/worker/tasks.ts'
import { anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'
import { answerWith, serveHttp, serveSockets } from '../support/loopback-server.ts'

/** A response, with the agents, counts and failure that it leads to. */
interface OddResponse {
  readonly what: string
  readonly handle: RequestListener | ((socket: Socket) => void)
  /** Whether the response takes the raw connection. */
  readonly isRaw?: true
  /** Id, name and calls of each accepted agent, without calls if there are none. */
  readonly agents?: readonly string[]
  readonly records?: Readonly<Record<string, number>>
  readonly values?: Readonly<Record<string, number>>
  /** Reason and part of the message of the failure. */
  readonly failure?: readonly [reason: FailureReason, message: string]
}

const ana = aRecord({ agent_id: '1', agent_name: 'Ana', calls: '5' })
const beto = aRecord({ agent_id: '2', agent_name: 'Beto', calls: '7' })
const BOTH = ['1 Ana 5', '2 Beto 7']

const envelope = (data: unknown, more: object = {}) =>
  JSON.stringify({ code: 200, error: null, msg: '2 records were found', ...more, data })

const GOOD = envelope([ana, beto])

const json = (body: string | Buffer, contentType = 'application/json', status = 200) =>
  answerWith(body, status, { 'content-type': contentType })

const html = (body: string, status = 200) => json(body, 'text/html; charset=utf-8', status)

/** A report with these texts as records, which need not be JSON. */
const listOf = (...records: readonly string[]) =>
  `{"code":200,"error":null,"msg":"","data":[${records.join(',')}]}`

const inKeys = (record: object, change: (name: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [change(name), value]))

const text = (record: object) => JSON.stringify(record)

const raw =
  (...parts: readonly (string | Buffer)[]) =>
  (socket: Socket) => {
    socket.once('data', () => {
      for (const part of parts) socket.write(part)
      setTimeout(() => socket.end(), 20)
    })
  }

const head = (...headers: readonly string[]) => `HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n\r\n`

const chunk = (content: string) => `${Buffer.byteLength(content).toString(16)};x="y"\r\n${content}\r\n`

const surroundings: readonly OddResponse[] = [
  {
    what: 'blank lines and two byte order marks before it',
    handle: json(`\r\n\n\ufeff\n\ufeff${GOOD}\n\n`),
    agents: BOTH,
  },
  { what: 'the content type of HTML', handle: html(GOOD), agents: BOTH },
  { what: 'no content type', handle: json(GOOD, ''), agents: BOTH },
  { what: 'the content type of a download', handle: json(GOOD, 'application/octet-stream'), agents: BOTH },
  {
    what: 'a comment of a web cache after it',
    handle: html(`${GOOD}\n<!-- Served in 0.02 s -->`),
    failure: ['malformed', 'more text follows (text/html, # bytes): an HTML comment'],
  },
  {
    what: 'the response twice',
    handle: json(GOOD + GOOD),
    failure: [
      'malformed',
      'more text follows (application/json, # bytes): a JSON object with code 200, error null, msg "2 records were found", data',
    ],
  },
  {
    what: 'zero bytes after it, as from a buffer of fixed size',
    handle: json(`${GOOD}${'\0'.repeat(100)}`),
    failure: ['malformed', 'more text follows (application/json, # bytes)'],
  },
  {
    what: 'a JSONP callback around it',
    handle: json(`jsonp123(${GOOD});`, 'application/javascript'),
    failure: [
      'malformed',
      "Unexpected token 'j' (application/javascript, # bytes): a text without known words",
    ],
  },
  {
    what: 'a guard against script inclusion before it',
    handle: json(`)]}',\n${GOOD}`),
    failure: ['malformed', "Unexpected token ')' (application/json, # bytes)"],
  },
  {
    what: 'a record on each line, without a list',
    handle: json(`${text(ana)}\n${text(beto)}\n`, 'application/x-ndjson'),
    failure: [
      'malformed',
      'more text follows (application/x-ndjson, # bytes): a JSON object with agent_id, agent_name, agent_status',
    ],
  },
  {
    what: 'one record as the whole response',
    handle: json(text(ana)),
    failure: [
      'malformed',
      'not a report of the wolkvox API (application/json, # bytes): a JSON object with agent_id, agent_name, agent_status',
    ],
  },
  {
    what: 'the response encoded as JSON a second time',
    handle: json(JSON.stringify(GOOD)),
    failure: ['malformed', 'not a report of the wolkvox API (application/json, # bytes): a JSON text'],
  },
  {
    what: 'JSON escaped for HTML',
    handle: html(GOOD.replaceAll('"', '&quot;')),
    failure: ['malformed', '(text/html, # bytes): a JSON object'],
  },
  {
    what: 'single quotes, as Python prints it',
    handle: json(`{'code': 200, 'data': []}`),
    failure: ['malformed', 'not JSON'],
  },
  {
    what: 'a response in YAML',
    handle: json('code: 200\ndata: []\n'),
    failure: ['malformed', ': code: 200'],
  },
  {
    what: 'the word null',
    handle: json('null'),
    failure: ['malformed', '(application/json, 4 bytes): null'],
  },
  {
    what: 'nothing, with Content-Length 0',
    handle: answerWith('', 200, { 'content-length': '0' }),
    failure: ['malformed', 'the response is empty'],
  },
]

const envelopes: readonly OddResponse[] = [
  { what: 'a code with a fraction of zero', handle: json(GOOD.replace('200', '200.0')), agents: BOTH },
  {
    what: 'a code with text',
    handle: json(envelope([ana], { code: '200 OK' })),
    failure: ['http_error', 'wolkvox responded with code 200 OK: 2 records were found'],
  },
  {
    what: 'a code of true',
    handle: json(envelope([ana], { code: true })),
    failure: ['malformed', 'not a report'],
  },
  {
    what: 'two codes: the last counts',
    handle: json('{"code":200,"data":[],"code":403,"msg":"TOKEN LIMIT EXCEEDED"}'),
    failure: ['quota_exceeded', 'wolkvox responded with code 403: TOKEN LIMIT EXCEEDED'],
  },
  {
    what: 'data twice: the last counts',
    handle: json(`{"code":200,"data":[${text(ana)}],"data":[${text(beto)}]}`),
    agents: ['2 Beto 7'],
  },
  {
    what: 'data twice, the last of them null',
    handle: json(`{"code":200,"data":[${text(ana)}],"data":null}`),
    agents: [],
  },
  {
    what: 'data before the code',
    handle: json(`{"data":[${text(ana)}],"msg":"","code":"200"}`),
    agents: ['1 Ana 5'],
  },
  {
    what: 'Python constants around the records',
    handle: json(GOOD.replace('null', 'None')),
    agents: BOTH,
  },
  {
    what: 'a raw tab in its message',
    handle: json(GOOD.replace('records were', 'records\twere')),
    agents: BOTH,
  },
  {
    what: 'other members of every type',
    handle: json(envelope([ana], { time: 0.02, page: { of: 1 }, links: [1], debug: true })),
    agents: ['1 Ana 5'],
  },
  {
    what: 'records under another name than data',
    handle: json(JSON.stringify({ code: 200, msg: '', result: [ana] })),
    failure: [
      'malformed',
      'not a report of the wolkvox API (application/json, # bytes): a JSON object with code 200, msg "", result',
    ],
  },
  {
    what: 'data that is false, as PHP returns after a failed query',
    handle: json(envelope(false)),
    failure: ['malformed', 'not a report'],
  },
  {
    what: 'data that is JSON in a string',
    handle: json(envelope(JSON.stringify([ana]))),
    failure: ['malformed', 'msg "2 records were found", data'],
  },
  {
    what: 'an envelope within the envelope',
    handle: json(envelope({ code: 200, data: [ana] })),
    records: { missing_id: 1 },
    failure: ['malformed', 'none of the 1 records could be read (missing_id 1)'],
  },
  {
    what: 'a list within the list',
    handle: json(envelope([[ana, beto]])),
    records: { not_an_object: 1 },
    failure: ['malformed', 'none of the 1 records could be read (not_an_object 1)'],
  },
  {
    what: 'the records under a name within data',
    handle: json(envelope({ agents: [ana] })),
    records: { missing_id: 1 },
    failure: ['malformed', '(missing_id 1)'],
  },
  { what: 'the ids of the agents as keys', handle: json(envelope({ 1: ana, 2: beto })), agents: BOTH },
  {
    what: 'a total among numbers as keys',
    handle: json(envelope({ 0: ana, 1: beto, total: 2 })),
    records: { missing_id: 1 },
    failure: ['malformed', '(missing_id 1)'],
  },
  {
    what: 'an error without a code',
    handle: json('{"error":"UNAUTHORIZED","msg":"PLEASE ENTER THE WOLKVOX-TOKEN"}'),
    failure: ['unauthorized', 'wolkvox responded with error UNAUTHORIZED: PLEASE ENTER THE WOLKVOX-TOKEN'],
  },
  {
    what: 'no records, with a Spanish message and 404',
    handle: json(
      '{"code":"404","error":"NOT FOUND","msg":"No se encontraron registros"}',
      'application/json',
      404,
    ),
    agents: [],
  },
]

const records: readonly OddResponse[] = [
  {
    what: 'null among the records, as after a join',
    handle: json(envelope([null, ana, [], beto, false])),
    agents: BOTH,
    records: { not_an_object: 3 },
  },
  {
    what: 'a record that is empty',
    handle: json(envelope([{}, ana])),
    agents: ['1 Ana 5'],
    records: { missing_id: 1 },
  },
  {
    what: 'keys in capitals',
    handle: json(envelope([ana, beto].map((record) => inKeys(record, (name) => name.toUpperCase())))),
    agents: BOTH,
  },
  {
    what: 'keys with outer spaces in one record',
    handle: json(envelope([inKeys(ana, (name) => ` ${name} `), beto])),
    agents: BOTH,
  },
  {
    what: 'numeric keys in addition to names, as PHP fetches rows',
    handle: json(envelope([{ 0: '1', 1: 'Ana', ...ana }])),
    agents: ['1 Ana 5'],
  },
  {
    what: 'the id twice in one record',
    handle: json(listOf(`{"agent_id":"9",${text(ana).slice(1)}`)),
    agents: ['1 Ana 5'],
  },
  {
    what: 'one agent as number and as text',
    handle: json(envelope([{ ...ana, agent_id: 1 }, ana, { ...ana, agent_id: ' 1 ' }])),
    agents: ['1 Ana 5'],
    records: { duplicate: 2 },
  },
  {
    what: 'ids that differ in a leading zero or in case',
    handle: json(
      envelope([ana, { ...ana, agent_id: '01' }, { ...ana, agent_id: 'a1' }, { ...ana, agent_id: 'A1' }]),
    ),
    agents: ['1 Ana 5', '01 Ana 5', 'a1 Ana 5', 'A1 Ana 5'],
  },
  {
    what: 'an id that is too long for a number',
    handle: json(listOf(text(ana).replace('"1"', '12345678901234567890'), text(beto))),
    agents: ['2 Beto 7'],
    records: { missing_id: 1 },
  },
  {
    what: 'an id with a fraction of zero',
    handle: json(listOf(text(ana).replace('"1"', '1.0'))),
    agents: ['1 Ana 5'],
  },
  {
    what: 'Python constants in a record',
    handle: json(listOf(text(ana).replace('"5"', 'None'), text(beto))),
    agents: ['2 Beto 7'],
    records: { unparsable: 1 },
  },
  {
    what: 'a comment in a record',
    handle: json(listOf(text(ana).replace('"5"', '"5" /* today */'), text(beto))),
    agents: ['2 Beto 7'],
    records: { unparsable: 1 },
  },
  {
    what: 'a PHP notice between two records',
    handle: html(listOf(`${text(ana)}<br />Notice: Undefined index: "calls"`, text(beto))),
    agents: ['2 Beto 7'],
    records: { unparsable: 1 },
  },
  {
    what: 'an inch sign in a name',
    handle: json(listOf(text(ana).replace('Ana', '24" Ana'), text(beto), text({ ...ana, agent_id: '3' }))),
    agents: ['2 Beto 7', '3 Ana 5'],
    records: { unparsable: 1 },
  },
  {
    what: 'a network path in a name, unescaped',
    handle: json(listOf(text(ana).replace('Ana', 'Ana \\\\srv\\\\users\\'), text(beto))),
    agents: ['2 Beto 7'],
    records: { unparsable: 1 },
  },
  {
    what: 'a depth of twenty thousand in a record',
    handle: json(listOf(`{"more":${'['.repeat(20_000)}${']'.repeat(20_000)},${text(ana).slice(1)}`)),
    agents: ['1 Ana 5'],
  },
  {
    what: 'a prototype in a record',
    handle: json(listOf(`{"__proto__":{"calls":"99"},${text({ ...ana, calls: undefined }).slice(1)}`)),
    agents: ['1 Ana'],
  },
]

const names: readonly OddResponse[] = [
  {
    what: 'escaped names',
    handle: json(GOOD.replace('Ana', 'A\\u00f1a \\ud83d\\ude00')),
    agents: ['1 Aña 😀 5', '2 Beto 7'],
  },
  {
    what: 'an escaped lone surrogate',
    handle: json(GOOD.replace('Ana', 'Ana\\ud83d')),
    agents: ['1 Ana\ufffd 5', '2 Beto 7'],
  },
  {
    what: 'names escaped for HTML',
    handle: json(envelope([{ ...ana, agent_name: 'Pe&ntilde;a' }])),
    agents: ['1 Pe&ntilde;a 5'],
  },
  {
    what: 'UTF-16 with a byte order mark',
    handle: json(Buffer.from(`\ufeff${GOOD.replace('Ana', 'Añá')}`, 'utf16le')),
    agents: ['1 Añá 5', '2 Beto 7'],
  },
  {
    what: 'the euro and the dashes of Windows, undeclared',
    handle: json(Buffer.from(GOOD.replace('Ana', 'A\x80\x96\xf1a'), 'latin1')),
    agents: ['1 A€–ña 5', '2 Beto 7'],
  },
  {
    what: 'UTF-8 in the default charset of PHP',
    handle: json(GOOD.replace('Ana', 'Añá'), 'application/json; charset=ISO-8859-1'),
    agents: ['1 Añá 5', '2 Beto 7'],
  },
  {
    what: 'a name truncated within a character',
    handle: json(Buffer.from(GOOD.replace('Ana', 'Ana\xc3').replace('Beto', 'B\xc3\xa9to'), 'latin1')),
    agents: ['1 AnaÃ 5', '2 Béto 7'],
  },
  {
    what: 'an unknown charset',
    handle: json(Buffer.from(GOOD.replace('Ana', 'A\xf1a'), 'latin1'), 'application/json; charset=klingon'),
    agents: ['1 Aña 5', '2 Beto 7'],
  },
]

const values: readonly OddResponse[] = [
  {
    what: 'numbers in place of texts',
    handle: json(envelope([{ ...ana, calls: 5, ocupation: 12.5, acw_time: 300 }])),
    agents: ['1 Ana 5'],
  },
  {
    what: 'true and false',
    handle: json(envelope([{ ...ana, calls: true, inbound: false }])),
    agents: ['1 Ana'],
    values: { calls: 1, inbound: 1 },
  },
  {
    what: 'words that mean no value',
    handle: json(envelope([{ ...ana, calls: 'N/A', inbound: 'null', outbound: '-', internal: '--' }])),
    agents: ['1 Ana'],
    values: { calls: 1, inbound: 1, internal: 1 },
  },
  {
    what: 'the decimal comma and the thousands point',
    handle: json(envelope([{ ...ana, ocupation: '34,64 %', calls: '1.234' }])),
    agents: ['1 Ana'],
    values: { ocupation: 1, calls: 1 },
  },
  {
    what: 'a hard space before the per cent sign',
    handle: json(envelope([{ ...ana, ocupation: '34.64\u00a0%' }])),
    agents: ['1 Ana 5'],
  },
  {
    what: 'days as MySQL and Python write them',
    handle: json(envelope([{ ...ana, login_time: '1 day, 02:00:00', ready_time: '1 02:00:00' }])),
    agents: ['1 Ana 5'],
    values: { login_time: 1, ready_time: 1 },
  },
  {
    what: 'the zero date of MySQL',
    handle: json(envelope([{ ...ana, login_time: '0000-00-00 00:00:00' }])),
    agents: ['1 Ana 5'],
    values: { login_time: 1 },
  },
  {
    what: 'a login time in ISO format',
    handle: json(envelope([{ ...ana, login_time: '2026-11-26T08:00:00Z' }])),
    agents: ['1 Ana 5'],
    values: { login_time: 1 },
  },
  {
    what: 'negative times, after a clock change',
    handle: json(envelope([{ ...ana, time_state_now: '-3540', acw_time: '-00:59:00' }])),
    agents: ['1 Ana 5'],
    values: { time_state_now: 1, acw_time: 1 },
  },
  {
    what: 'a list of times instead of one',
    handle: json(envelope([{ ...ana, acw_time: ['00:01:00', '00:02:00'] }])),
    agents: ['1 Ana 5'],
    values: { acw_time: 1 },
  },
]

const proxies: readonly OddResponse[] = [
  {
    what: 'a firewall that blocks with 200',
    handle: html(
      '<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 123',
    ),
    failure: ['malformed', 'an HTML page, title "Request Rejected"'],
  },
  {
    what: 'a captive portal that redirects',
    handle: html('<meta http-equiv="refresh" content="0; url=http://10.0.0.1/login">'),
    failure: ['malformed', '(text/html, # bytes): an HTML page, refresh to http://…'],
  },
  {
    what: 'a captive portal with its own status code',
    handle: html('<title>Network login</title>', 511),
    failure: ['http_error', 'HTTP status 511: an HTML page, title "Network login"'],
  },
  {
    what: 'a browser challenge',
    handle: html('<!DOCTYPE html><title>Just a moment...</title>', 403),
    failure: ['forbidden', 'HTTP status 403: an HTML page, title "Just a moment..."'],
  },
  {
    what: 'a gateway that requires other credentials',
    handle: json('{"message":"Missing Authentication Token"}', 'application/json', 403),
    failure: ['forbidden', 'HTTP status 403: a JSON object with message "Missing Authentication Token"'],
  },
  {
    what: 'a proxy that requires a password',
    handle: html('<TITLE>ERROR: Cache Access Denied</TITLE>', 407),
    failure: [
      'proxy',
      'a proxy responded with HTTP status 407: an HTML page, title "ERROR: Cache Access Denied"',
    ],
  },
  {
    what: 'a part of the response',
    handle: json(GOOD, 'application/json', 206),
    failure: ['http_error', 'HTTP status 206: 2 records were found'],
  },
  { what: 'not modified', handle: answerWith('', 304), failure: ['http_error', 'HTTP status 304'] },
  {
    what: 'HTML that repeats the request with its token',
    handle: html('<h1>Debug: wolkvox-token test-token, query t=test%2Dtoken</h1>'),
    failure: ['malformed', 'heading "Debug: wolkvox-token [secret], query t=[secret]"'],
  },
]

const transfers: readonly OddResponse[] = [
  {
    what: 'zero bytes after the gzip',
    handle: answerWith(Buffer.concat([gzipSync(GOOD), Buffer.alloc(512)]), 200, {
      'content-encoding': 'gzip',
    }),
    agents: BOTH,
  },
  {
    what: 'deflate, which was not requested',
    handle: answerWith(deflateSync(GOOD), 200, { 'content-encoding': 'deflate' }),
    failure: ['malformed', 'a content encoding that was not requested: deflate'],
  },
  {
    what: 'early hints first',
    isRaw: true,
    handle: raw(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n',
      head(`Content-Length: ${GOOD.length}`),
      GOOD,
    ),
    agents: BOTH,
  },
  {
    what: 'HTTP/1.0 that ends with the connection',
    isRaw: true,
    handle: raw(`HTTP/1.0 200 OK\r\n\r\n`, GOOD),
    agents: BOTH,
  },
  {
    what: 'chunks with extensions, within a character, and trailers',
    isRaw: true,
    handle: raw(
      head('Transfer-Encoding: chunked', 'Trailer: X'),
      chunk(GOOD.slice(0, 99)),
      chunk(GOOD.slice(99)),
      '0\r\nX: y\r\n\r\n',
    ),
    agents: BOTH,
  },
  {
    what: 'a whole response in chunks without the last one',
    isRaw: true,
    handle: raw(head('Transfer-Encoding: chunked', 'Connection: close'), chunk(GOOD)),
    failure: ['connect', 'cut off'],
  },
  {
    what: 'a Content-Length in characters, not bytes',
    isRaw: true,
    handle: raw(head(`Content-Length: ${GOOD.length}`), GOOD.replace('Ana', 'Áñá')),
    failure: ['connect', 'longer than its Content-Length'],
  },
  {
    what: 'a Content-Length that ends it early',
    isRaw: true,
    handle: raw(head('Content-Length: 20'), GOOD),
    failure: ['connect', 'longer than its Content-Length'],
  },
  {
    what: 'a Content-Length of 0 with a body',
    isRaw: true,
    handle: raw(head('Content-Length: 0') + GOOD),
    failure: ['connect', 'longer than its Content-Length'],
  },
  {
    what: 'the Content-Length of something else than its gzip',
    isRaw: true,
    handle: raw(
      Buffer.concat([Buffer.from(head('Content-Length: 60', 'Content-Encoding: gzip')), gzipSync(GOOD)]),
    ),
    failure: ['connect', 'longer than its Content-Length'],
  },
  {
    what: 'half of it, with the right Content-Length',
    isRaw: true,
    handle: raw(head('Content-Length: 20'), GOOD.slice(0, 20)),
    failure: ['malformed', 'a value is missing'],
  },
  {
    what: 'more than its Content-Length',
    isRaw: true,
    handle: raw(head(`Content-Length: ${GOOD.length}`), `${GOOD}\r\n\r\n`),
    agents: BOTH,
  },
  {
    what: 'the Content-Length of the gzipped body after decompression by a proxy',
    isRaw: true,
    handle: raw(head(`Content-Length: ${GOOD.length + 1000}`, 'Connection: close'), GOOD),
    failure: ['connect', 'shorter than its Content-Length'],
  },
]

interface Seen {
  readonly outcome: Outcome
  readonly snapshot: Snapshot | undefined
  /** Size of the decoded response. */
  readonly bytes: number
}

async function readFrom({ handle, isRaw }: OddResponse): Promise<Seen> {
  const baseUrl = isRaw
    ? await serveSockets(handle as (socket: Socket) => void)
    : await serveHttp(handle as RequestListener)
  const operation = anOperation({ baseUrl })
  try {
    const response = await fetchAgents(operation, never)
    return { ...(await read(operation, agentsReport, response)), bytes: response.body.length }
  } catch (error) {
    const { reason, message } = toFailure(error)
    return { outcome: failedOutcome(reason, message), snapshot: undefined, bytes: 0 }
  }
}

function agentsOf({ rows, columns }: Snapshot): string[] {
  return (rows as readonly Agent[]).map(({ id, name }, index) => {
    const calls = columns.calls?.[index] ?? Number.NaN
    return [id, name, ...(Number.isNaN(calls) ? [] : [calls])].join(' ')
  })
}

const all = [...surroundings, ...envelopes, ...records, ...names, ...values, ...proxies, ...transfers]

describe('an odd response', () => {
  it.each(all)('$what', async (row) => {
    const { outcome, snapshot, bytes } = await readFrom(row)
    const [reason, message = ''] = row.failure ?? []
    expect(outcome.ok ? undefined : outcome.failure).toEqual(
      reason &&
        expect.objectContaining({
          reason,
          message: expect.stringContaining(message.replace('#', String(bytes))),
        }),
    )
    expect(snapshot && agentsOf(snapshot)).toEqual(row.agents)
    expect(outcome.rejections).toEqual({ records: row.records ?? {}, values: row.values ?? {} })
    // A message must not contain agents or the token.
    if (!outcome.ok) expect(outcome.failure.message).not.toMatch(/Ana|Beto|test-token/)
  })
})
