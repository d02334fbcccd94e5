import { describe, expect, it } from 'vitest'
import { renderAgents } from '../../src/exposition/agent-page.ts'
import { createExposition } from '../../src/exposition/exposition.ts'
import type { FilledFamily } from '../../src/exposition/family.ts'
import { initialState, withOutcome } from '../../src/refresh/state.ts'
import { anOperation, momentAt, renderText, textOfBody } from '../support/helpers.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

async function operationWith(name: string, ids: readonly string[]) {
  const agents = ids.map((id) => ({ id, name: '', state: 'READY', category: 'ready' }) as const)
  const columns = { calls: ids.map(() => 1) }
  const snapshot = { fetchedAt: NOW, agents, columns, records: ids.length, bytes: 0 }
  const served = {
    fetchedAt: NOW,
    records: ids.length,
    responseBytes: 0,
    agentsByCategory: { ready: ids.length, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 },
    page: await renderAgents(snapshot, name),
  }
  const rejections = { records: {}, values: {} }
  return withOutcome(
    initialState(anOperation({ name }), [], NOW),
    { ok: true, served, rejections },
    1,
    momentAt(NOW),
  )
}

const own: readonly FilledFamily[] = [
  {
    name: 'own_events_total',
    type: 'counter',
    help: 'A "quoted" \\ help\nof two lines.',
    samples: [{ labels: {}, value: 1e21 }],
  },
  {
    name: 'own_seconds',
    type: 'histogram',
    help: 'Buckets.',
    samples: [
      { name: 'own_seconds_bucket', labels: { le: '1' }, value: 1 },
      { name: 'own_seconds_bucket', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY },
      { name: 'own_seconds_sum', labels: {}, value: Number.NaN },
    ],
  },
]

const states = await Promise.all([operationWith('a', ['1', '2']), operationWith('b', ['3'])])
const text = await renderText(states, own, 'text', NOW)
const openMetrics = await renderText(states, own, 'openmetrics', NOW)

describe('the exposition', () => {
  it('keeps all samples of a family together under one HELP and one TYPE, whichever operation they are of', () => {
    const families: string[] = []
    for (const line of text.trimEnd().split('\n')) {
      const name = line.startsWith('#')
        ? line.split(' ')[2]
        : line.split(/[{ ]/)[0]?.replace(/_(bucket|sum|count)$/, '')
      if (name !== undefined && families.at(-1) !== name) families.push(name)
    }
    expect(new Set(families).size).toBe(families.length)
    expect(text).toContain(
      'wolkvox_agent_calls{operation="a",agent_id="2",agent_name=""} 1\n' +
        'wolkvox_agent_calls{operation="b",agent_id="3",agent_name=""} 1\n',
    )
  })

  it('leaves out a family that has no samples, header and all', () => {
    expect(text).not.toContain('wolkvox_agent_acw_seconds')
    expect(text).not.toContain('wolkvox_api_daily_limit')
  })

  it('carries no timestamps', () => {
    for (const line of text.trimEnd().split('\n')) {
      if (!line.startsWith('#')) expect(line).toMatch(/^[^{} ]+(\{.*\})? [^ ]+$/)
    }
  })

  it('in text names a counter with _total and escapes backslash and line break in HELP', () => {
    expect(text).toContain(
      '# HELP own_events_total A "quoted" \\\\ help\\nof two lines.\n# TYPE own_events_total counter\nown_events_total 1e+21\n',
    )
    expect(text).toMatch(/\n$/)
    expect(text).not.toContain('# EOF')
  })

  it('in OpenMetrics names a counter’s family without _total, its sample with it, and escapes quotes too', () => {
    expect(openMetrics).toContain(
      '# HELP own_events A \\"quoted\\" \\\\ help\\nof two lines.\n# TYPE own_events counter\nown_events_total 1e+21\n',
    )
  })

  it('in OpenMetrics ends in # EOF and writes the bounds of buckets as floating-point numbers', () => {
    expect(openMetrics).toMatch(/\n# EOF\n$/)
    expect(openMetrics).toContain(
      'own_seconds_bucket{le="1.0"} 1\nown_seconds_bucket{le="+Inf"} +Inf\nown_seconds_sum NaN\n',
    )
    expect(text).toContain('own_seconds_bucket{le="1"} 1\n')
  })

  it('writes the same samples of agents in both formats', () => {
    const agents = (text: string) => text.split('\n').filter((line) => line.startsWith('wolkvox_agent_'))
    expect(agents(openMetrics)).toEqual(agents(text))
    // Three agents, each with its calls and its state.
    expect(agents(text)).toHaveLength(6)
  })

  it('of no operation and nothing of its own is empty', async () => {
    expect(await renderText([], [], 'text', NOW)).toBe('')
    expect(await renderText([], [], 'openmetrics', NOW)).toBe('# EOF\n')
  })
})

describe('the body of many agents', () => {
  const ids = Array.from({ length: 60_000 }, (_, index) => `${index}`)

  async function bodiesOf(count: number) {
    const states = [await operationWith('a', ids.slice(0, count))]
    const exposition = createExposition(
      () => states,
      async () => own,
    )
    return [await exposition('text', momentAt(NOW)), await exposition('openmetrics', momentAt(NOW + 5000))]
  }

  it('holds them in one piece that the bodies of all moments and formats share', async () => {
    const [one, another] = await bodiesOf(ids.length)
    expect(one?.gzipped).toHaveLength(2)
    expect(another?.gzipped[0]).toBe(one?.gzipped[0])
    expect(another?.gzipped[1]).not.toEqual(one?.gzipped[1])
  })

  it('is whole, and as long as it says', async () => {
    for (const body of await bodiesOf(ids.length)) {
      const text = textOfBody(body)
      expect(Buffer.byteLength(text)).toBe(body.length)
      expect(text.split('\n').filter((line) => line.startsWith('wolkvox_agent_calls{'))).toHaveLength(
        ids.length,
      )
    }
  })

  it('of few is one piece', async () => {
    const [one] = await bodiesOf(10)
    expect(one?.gzipped).toHaveLength(1)
  })
})
