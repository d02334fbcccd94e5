import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentFamilies, fieldReaders } from '../../src/exposition/agent-families.ts'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import { createAttempt } from '../../src/refresh/attempt.ts'
import { initialState, withOutcome } from '../../src/refresh/state.ts'
import { failureReasons } from '../../src/wolkvox/failure.ts'
import { textFields } from '../../src/wolkvox/records.ts'
import {
  anEnvelope,
  anOperation,
  aRecord,
  momentAt,
  never,
  parseExposition,
  renderText,
} from '../support/helpers.ts'

/** What a scrape would read after this body has come as the response. */
async function scrapeAfter(body: Uint8Array, status: number, name = 'ventas') {
  const operation = anOperation({ name })
  const attempt = createAttempt({
    fetchReport: async () => ({ status, body, fetchedAt: 1_700_000_000_000 }),
    fields: fieldReaders,
    render: (snapshot) => renderAgents(snapshot, name),
  })
  const outcome = await attempt(operation, never)
  const fields = [...textFields, ...Object.keys(fieldReaders)]
  const state = withOutcome(
    initialState(operation, fields, 1_700_000_000_000),
    outcome,
    1,
    momentAt(1_700_000_000_000),
  )
  return {
    outcome,
    samples: parseExposition(await renderText([state], [], 'text', 1_700_000_000_000)),
  }
}

/** Texts that have broken a parser before, among any others. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme-composite' }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\\n',
    '"} 1\nx{a="',
    '\r\n',
    '\u0000',
    '🧑‍💻',
    '\ud800',
    '\udc00x',
    '__proto__',
    '\u2028',
    '#',
    ' ',
  ),
)

const anyValue = fc.oneof(hostileText, fc.jsonValue(), fc.integer().map(String), fc.double().map(String))

/** Records as they should be, with anything at all in some places. */
const almostRecord = fc
  .dictionary(fc.constantFrom(...Object.keys(aRecord()), '__proto__', 'toString'), anyValue, { maxKeys: 6 })
  .map((strange) => aRecord(strange))

const anyReport = fc.array(
  fc.oneof({ weight: 4, arbitrary: almostRecord }, { weight: 1, arbitrary: fc.jsonValue() }),
  {
    maxLength: 12,
  },
)

const anyEnvelope = fc.record(
  {
    code: fc.oneof(fc.constantFrom(200, '200', '', null), fc.jsonValue()),
    msg: fc.jsonValue(),
    error: fc.jsonValue(),
    data: fc.oneof(anyReport, fc.jsonValue()),
  },
  { requiredKeys: [] },
)

describe('whatever wolkvox responses', () => {
  it.each([
    ['any JSON', fc.jsonValue().map((value) => JSON.stringify(value))],
    ['any envelope', anyEnvelope.map((value) => JSON.stringify(value))],
    ['any report', anyReport.map(anEnvelope)],
    ['any text', fc.string({ unit: 'binary' })],
  ])('nothing is thrown, and the exposition is valid: %s', async (_kind, bodies) => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(200, 403, 500), async (body, status) => {
        const { outcome, samples } = await scrapeAfter(Buffer.from(body), status)
        expect(samples.length).toBeGreaterThan(0)
        for (const { value } of samples) expect(value).toBeGreaterThanOrEqual(0)
        if (!outcome.ok) {
          expect(failureReasons).toContain(outcome.failure.reason)
          expect(outcome.failure.reason).not.toBe('internal')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('any bytes do the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const { outcome } = await scrapeAfter(bytes, 200)
        expect(outcome.ok ? 'ok' : outcome.failure.reason).not.toBe('internal')
      }),
      { numRuns: 500 },
    )
  })
})

describe('whatever a label says', () => {
  it('comes back as it went in: names, states and operations', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, hostileText, async (name, state, operation) => {
        const body = anEnvelope([aRecord({ agent_name: name, agent_status: state })])
        const { samples } = await scrapeAfter(Buffer.from(body), 200, operation)
        const asSent = (text: string) => (text.trim() === '-' ? '' : text.trim().toWellFormed())
        expect(samples.find((sample) => sample.name === 'wolkvox_agent_state')?.labels).toMatchObject({
          operation: operation.toWellFormed(),
          agent_id: '1001',
          agent_name: asSent(name),
          state: asSent(state),
        })
        expect(samples.filter(({ labels }) => labels.agent_id === '1001')).toHaveLength(agentFamilies.length)
      }),
      { numRuns: 1000 },
    )
  })
})
