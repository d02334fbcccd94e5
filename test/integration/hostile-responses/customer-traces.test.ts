import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { reportNamed, reports } from '../../../src/reports/index.ts'
import { initialState, withOutcome } from '../../../src/scheduling/state.ts'
import { encodeSnapshot } from '../../../src/storage/snapshot-file.ts'
import { createRefreshLog } from '../../../src/telemetry/refresh-log.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anOperation, momentAt } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { renderText } from '../../../tools/render-text.ts'
import { reportRecords } from '../../../tools/report-records.ts'
import { aReportSettings, FETCHED_AT } from '../../support/agents.ts'
import { textOfSegments } from '../../support/exposition-texts.ts'
import fc from '../../support/fast-check.ts'

/** Everything that the exporter puts out about a response, except what it sends to wolkvox. */
async function outputsOf(
  report: string,
  body: Uint8Array,
  status: number,
): Promise<Readonly<Record<string, string>>> {
  const operation = anOperation()
  const { outcome, snapshot } = await read(operation, reportNamed(report), {
    status,
    body,
    fetchedAt: FETCHED_AT,
  })
  const begun = initialState(operation.name, aReportSettings({ name: report }), FETCHED_AT)
  const state = withOutcome(begun, outcome, 1, momentAt(FETCHED_AT))
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) })
  createRefreshLog(log, () => momentAt(FETCHED_AT)).onRefreshed(state, outcome)
  const metrics = await renderText({ reports: [state] }, [], 'text', FETCHED_AT)
  parseExposition(metrics)
  return {
    segments: outcome.ok ? textOfSegments(outcome.rendered.segments) : '',
    metrics,
    log: lines.join(''),
    failure: outcome.ok ? '' : `${outcome.failure.reason} ${outcome.failure.message}`,
    file: snapshot
      ? Buffer.from(encodeSnapshot(operation, reportNamed(report), snapshot, FETCHED_AT)).toString()
      : '',
  }
}

// Texts of customers. No other part of a response contains them. A bare number in place of a count is not distinguishable from one.
const TRACES = ['zqxmark', '3007771234', '203.0.113.77', '2001:db8:5eed', '203-0-113-77']

const marker = fc.constantFrom<unknown>(
  'zqxmark Peña',
  'ZQXMARK',
  ' zqxmark\nquiere pagar ',
  'whatsapp zqxmark',
  'zqxmark@example.com',
  '12345-zqxmark',
  '2026-03-10 09:30:00 zqxmark',
  '3 zqxmark',
  '"} 1\nzqxmark{x="',
  '+57 3007771234',
  '203.0.113.77',
  '203.0.113.77:5060',
  'host-203-0-113-77.example.com',
  '2001:db8:5eed::1',
  { 'zqxmark Peña': 'zqxmark' },
  { zqxmark: 1, zqxmark_id: 'x', tel3007771234: [] },
  ['zqxmark'],
)

/** Texts that are exposed by design. */
const EXPOSED = new Set([
  ...['agent_id', 'agent_name', 'agent_status'],
  ...['skill_id', 'skill_name', 'campaign'],
  ...['connection_type', 'platform', 'version', 'user'],
])

type Json = unknown
type Change = (node: Json) => Json

const isList = (node: Json): node is readonly Json[] => Array.isArray(node)
const isObject = (node: Json): node is Readonly<Record<string, Json>> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

/** All paths in a value, the root included. */
function pathsOf(node: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const children = typeof node === 'object' && node !== null ? Object.entries(node) : []
  return [path, ...children.flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function at(node: Json, path: readonly string[]): Json {
  return path.reduce((parent, key) => (parent as Record<string, Json>)[key], node)
}

/** The value with another node at a path. */
function changeAt(node: Json, [key, ...rest]: readonly string[], change: Change): Json {
  if (key === undefined) return change(node)
  if (isList(node))
    return node.map((child, index) => (String(index) === key ? changeAt(child, rest, change) : child))
  const members = Object.entries(node as object)
  return Object.fromEntries(
    members.map(([name, child]) => [name, name === key ? changeAt(child, rest, change) : child]),
  )
}

/** A response of a report as wolkvox sends it, with customers in the fields where they are and in all that are not exposed. */
function realResponse(report: string): fc.Arbitrary<Json> {
  const records = reportRecords[report] ?? []
  const bare = (list: string) =>
    records.flatMap((record) => {
      const members = Object.entries(record).filter(([name]) => name.startsWith(`${list}.`))
      return members.length === 0
        ? []
        : [Object.fromEntries(members.map(([name, value]) => [name.slice(list.length + 1), value]))]
    })
  const by_ip = [
    { ip: '203.0.113.77', latency_ms: '87' },
    { ip: '2001:db8:5eed::2', agent_id: '203.0.113.77' },
  ]
  const data =
    report === 'latency' ? [{ by_agent: bare('by_agent'), by_ip, by_pbx: bare('by_pbx') }] : records
  const customer = { customer_name: 'zqxmark', customer_phone: '3007771234', remote_ip: '203.0.113.77' }
  const isRecord = (node: Json) =>
    isObject(node) && ('agent_id' in node || 'skill_id' in node || 'user' in node || 'conn_id' in node)
  const withCustomers = pathsOf(data).reduce<Json>(
    (whole, path) =>
      changeAt(whole, path, (node) => (isRecord(node) ? { ...(node as object), ...customer } : node)),
    data,
  )
  const response = { code: 200, error: null, msg: '1 records were found', data: withCustomers }
  const leaves = pathsOf(response).filter((path) => {
    const node = at(response, path)
    return typeof node !== 'object' && !EXPOSED.has(path.at(-1) ?? '')
  })
  return fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, leaves.length - 1) }), marker), { maxLength: leaves.length })
    .map((marks) =>
      marks.reduce<Json>(
        (whole, [index, mark]) => changeAt(whole, leaves[index] ?? [], () => mark),
        response,
      ),
    )
}

/** Structural changes to a node. They move customers' texts only to names of fields that are not exposed. */
const mutation: fc.Arbitrary<(node: Json, pick: number) => Json> = fc.oneof(
  fc.jsonValue().map((value) => () => value),
  fc.constant((node: Json) => [node]),
  fc.constant((node: Json) => ({ 0: node })),
  fc.constant((node: Json) => ({ data: node })),
  fc.constant((node: Json) => ({ code: 200, data: node })),
  fc.constant((node: Json) => JSON.stringify(node)),
  fc.constant((node: Json) => (isList(node) ? [...node, ...node] : node)),
  fc.constant((node: Json) => (isList(node) ? { ...node } : isObject(node) ? Object.values(node) : node)),
  fc.constant((node: Json, pick: number) => {
    const paths = pathsOf(node)
    return at(node, paths[pick % paths.length] ?? [])
  }),
  fc.constant((node: Json, pick: number) => {
    if (!isObject(node)) return node
    const members = Object.entries(node)
    return Object.fromEntries(members.filter((_, index) => index !== pick % members.length))
  }),
  fc
    .constantFrom<(name: string) => string>(
      (name) => name.toUpperCase(),
      (name) => ` ${name} `,
      (name) => `x_${name}`,
      (name) => `${name}s`,
      (name) => `data.${name}`,
      () => 'zqxmark',
      () => '3007771234',
    )
    .map(
      (rename) => (node: Json) =>
        isObject(node)
          ? Object.fromEntries(Object.entries(node).map(([name, value]) => [rename(name), value]))
          : node,
    ),
)

const nat = fc.nat({ max: 10_000 })

/** Whether the last change would put a text of a customer under a name that is exposed. */
function isHonest(node: Json): boolean {
  return pathsOf(node).every((path) => {
    const name = path.at(-1)?.trim().toLowerCase() ?? ''
    if (!EXPOSED.has(name)) return true
    const text = JSON.stringify(at(node, path))?.toLowerCase() ?? ''
    return TRACES.every((trace) => !text.includes(trace))
  })
}

const mutatedResponse = (report: string) =>
  fc
    .tuple(realResponse(report), fc.array(fc.tuple(nat, nat, mutation), { maxLength: 4 }))
    .map(([response, changes]) =>
      changes.reduce<Json>((whole, [place, pick, mutate]) => {
        const paths = pathsOf(whole)
        const changed = changeAt(whole, paths[place % paths.length] ?? [], (node) => mutate(node, pick))
        return isHonest(changed) ? changed : whole
      }, response),
    )

/** The text of a response: whole, cut off, or with a broken place. */
const damage = fc.oneof(
  { weight: 4, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: nat.map((place) => (text: string) => text.slice(0, place % (text.length + 1))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(nat, fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', '\n', 'NaN', ''))
      .map(([place, text]) => (whole: string) => {
        const from = place % (whole.length + 1)
        return whole.slice(0, from) + text + whole.slice(from + 1)
      }),
  },
)

const status = fc.constantFrom(200, 200, 200, 403, 404, 500)

describe.each(reports)('the texts of customers in a response to $name', ({ name: report }) => {
  it('are in no output, with any change to a real response', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(mutatedResponse(report), damage, status, async (response, damaged, code) => {
        const body = Buffer.from(damaged(JSON.stringify(response) ?? ''))
        const outputs = await outputsOf(report, body, code)
        if (outputs.failure === '') accepted += 1
        expect(outputs.failure).not.toMatch(/^internal/)
        for (const [where, output] of Object.entries(outputs)) {
          const text = output.toLowerCase()
          for (const trace of TRACES)
            expect(text.includes(trace), `${trace} in ${where}: ${output}`).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
    // The search is not one of failures only.
    expect(accepted).toBeGreaterThan(50)
  })
})

/** A response with a marker in place of any values and keys, also of those whose values are exposed. */
const markedResponse = (report: string) =>
  fc
    .tuple(
      realResponse(report),
      fc.array(fc.tuple(nat, fc.boolean(), marker), { minLength: 1, maxLength: 20 }),
    )
    .map(([response, marks]) =>
      marks.reduce<Json>((whole, [place, isKey, mark]) => {
        const paths = pathsOf(whole)
        const path = paths[place % paths.length] ?? []
        const key = path.at(-1)
        if (!isKey || key === undefined) return path.length === 0 ? whole : changeAt(whole, path, () => mark)
        return changeAt(whole, path.slice(0, -1), (node) =>
          isObject(node)
            ? Object.fromEntries(
                Object.entries(node).map(([name, value]) => [name === key ? String(mark) : name, value]),
              )
            : node,
        )
      }, response),
    )

/** Other things than JSON that contain a text. */
const anyForm = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => `<html><head><title>${text}</title></head><body><h1>${text}</h1>`,
  (text) => `<?xml version="1.0"?><zqxmark><row>${text}</row></zqxmark>`,
  (text) =>
    `<br />\n<b>Warning</b>:  Undefined index: zqxmark ${text} in <b>/var/zqxmark.php</b> on line <b>7</b>`,
  (text) => `zqxmark ${text}`,
  (text) => text.replace(/["{}[\]:,]+/g, ' '),
  (text) => JSON.stringify({ code: 403, error: text, msg: text }),
  (text) => JSON.stringify({ code: text.slice(0, 50) }),
  (text) => JSON.stringify({ error: { message: text, status: { message: text } } }),
)

describe.each(reports)('a message about a response to $name', ({ name: report }) => {
  it('contains no text and no key of the response', async () => {
    let failed = 0
    await fc.assert(
      fc.asyncProperty(
        markedResponse(report),
        damage,
        anyForm,
        status,
        async (response, damaged, form, code) => {
          const body = Buffer.from(form(damaged(JSON.stringify(response) ?? '')))
          const { failure = '', log = '' } = await outputsOf(report, body, code)
          if (failure !== '') failed += 1
          for (const trace of TRACES) {
            expect(failure.toLowerCase().includes(trace), `${trace} in ${failure}`).toBe(false)
            expect(log.toLowerCase().includes(trace), `${trace} in ${log}`).toBe(false)
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(failed).toBeGreaterThan(100)
  })
})

it('a text that is exposed by design is found by the search', async () => {
  const body = JSON.stringify({ code: 200, data: [{ agent_id: '1', agent_name: 'zqxmark' }] })
  const { segments, metrics, file } = await outputsOf('agents', Buffer.from(body), 200)
  for (const output of [segments, metrics, file]) expect(output).toContain('zqxmark')
})
