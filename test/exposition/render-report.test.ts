import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { renderReport } from '../../src/exposition/render-report.ts'
import { writeHeader } from '../../src/exposition/text-writer.ts'
import type { Segment } from '../../src/model/outcome.ts'
import { agentFamilies, agentRowFamilies } from '../../src/reports/agents/families.ts'
import { agents as agentsReport } from '../../src/reports/agents/index.ts'
import { reports } from '../../src/reports/index.ts'
import type { Snapshot } from '../../src/reports/read-report.ts'
import { type AnyReport, defineReport, type ReportFamily } from '../../src/reports/report.ts'
import { tokenInfo } from '../../src/reports/token-info/index.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { aSnapshot, FETCHED_AT, renderAgents } from '../support/agents.ts'
import { textOfSegments } from '../support/exposition-texts.ts'

/** A snapshot of agents, each with its number as id, name, state and calls. */
function numberedAgents(count: number): Snapshot {
  const agents = Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    name: `Ñandú ${index}`,
    state: `Pausa ${index}`,
    category: 'aux' as const,
  }))
  return aSnapshot(agents, { calls: agents.map((_, index) => index) })
}

describe('a rendered report', () => {
  it('has a segment for each family, empty if no row has a value', async () => {
    const segments = await renderAgents(numberedAgents(2), 'ventas')
    const filled = agentFamilies.filter((_, index) => segments[index]?.length !== 0).map(({ name }) => name)
    expect(segments).toHaveLength(agentFamilies.length)
    expect(filled).toEqual(['wolkvox_agent_calls', 'wolkvox_agent_state', 'wolkvox_agents'])
  })

  it('does not mix families, although they share buffers', async () => {
    const count = 500
    const segments = await renderAgents(numberedAgents(count), 'ventas')
    const text = textOfSegments(rowSegments(segments))
    const lines = Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const identity = `operation="ventas",agent_id="${index}",agent_name="Ñandú ${index}"`
      return [
        `wolkvox_agent_calls{${identity}} ${index}`,
        `wolkvox_agent_state{${identity},state="Pausa ${index}",category="aux"} 1`,
      ]
    })
    expect(text.trimEnd().split('\n').sort()).toEqual(lines.sort())
  })

  it('does not mix reports that are rendered at the same time', async () => {
    const rendered = await Promise.all(['a', 'b'].map((name) => renderAgents(numberedAgents(50), name)))
    const operations = rendered.map((segments) => textOfSegments(segments).match(/(?<=operation=")./g))
    expect(operations.map((found) => [...new Set(found)])).toEqual([['a'], ['b']])
  })

  it('does not share its memory, so that it can be transferred between threads', async () => {
    for (const { deflated } of await renderAgents(numberedAgents(1), 'ventas')) {
      expect(deflated.buffer.byteLength).toBe(deflated.byteLength)
    }
  })

  it.each(reports)('of $name has the same headers in both formats', ({ families }) => {
    const headers = (format: 'text' | 'openmetrics') => families.map((family) => writeHeader(family, format))
    expect(headers('openmetrics')).toEqual(headers('text'))
  })

  it('counts the rows in a family about all of them, with the label operation first', async () => {
    const segments = await renderAgents(numberedAgents(2), 'ventas')
    const lines = textOfSegments(segments.filter((_, index) => 'samples' in (agentFamilies[index] ?? {})))
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(7)
    expect(lines).toContain('wolkvox_agents{operation="ventas",category="aux"} 2')
    expect(lines).toContain('wolkvox_agents{operation="ventas",category="ready"} 0')
  })

  it('has zeros, not gaps, in a family about all rows if there are no rows', async () => {
    const text = textOfSegments(await renderAgents(numberedAgents(0), 'ventas'))
    expect(text.match(/^wolkvox_agents\{.*\} 0$/gm)).toHaveLength(7)
    expect(text).not.toContain('wolkvox_agent_')
  })

  it('of rows without labels has only the label operation', async () => {
    const snapshot = { fetchedAt: 0, rows: [{}], columns: { token_limit: [5000] }, records: 1, bytes: 0 }
    const text = textOfSegments(await renderReport(tokenInfo, snapshot, anOperation()))
    expect(text).toBe('wolkvox_token_limit_calls{operation="ventas"} 5000\n')
  })

  it('has an empty segment in place of each excluded family, and the others as ever', async () => {
    const snapshot = numberedAgents(3)
    const whole = await renderReport(agentsReport, snapshot, anOperation())
    const excluded = ['wolkvox_agent_calls', 'wolkvox_agents']
    const segments = await renderReport(agentsReport, snapshot, anOperation(), excluded)
    expect(segments).toHaveLength(agentFamilies.length)
    for (const [index, { name }] of agentFamilies.entries()) {
      const empty = { deflated: new Uint8Array(), crc: 0, length: 0 }
      expect(segments[index], name).toEqual(excluded.includes(name) ? empty : whole[index])
    }
    expect(whole.filter(({ length }) => length > 0).length).toBeGreaterThan(excluded.length)
  })

  it('does not calculate an excluded family', async () => {
    const fail = () => {
      throw new Error('must not be calculated')
    }
    const report = reportWithSummary(3)
    const families = report.families.map((family, index) => {
      if (index === 0) return { ...family, value: fail }
      return index === 3 ? { ...family, samples: fail } : family
    })
    const snapshot = { fetchedAt: FETCHED_AT, rows: ['a'], columns: {}, records: 1, bytes: 0 }
    const segments = await renderReport({ ...report, families }, snapshot, anOperation(), [
      'family_0',
      'family_3',
    ])
    expect(segments.map(({ length }) => length > 0)).toEqual([false, true, true, false, true, true, true])
  })

  it('does not overwrite a large family that is still being compressed', async () => {
    const rows = Array.from({ length: 2000 }, () => randomBytes(500).toString('hex'))
    const snapshot = { fetchedAt: FETCHED_AT, rows, columns: {}, records: rows.length, bytes: 0 }
    for (const summaryAt of [3, 4, 5]) {
      const [large] = await renderReport(reportWithSummary(summaryAt), snapshot, anOperation())
      const samples = rows.map((row) => `family_0{operation="ventas",text="${row}"} 0\n`)
      expect(large && textOfSegments([large]) === samples.join('')).toBe(true)
    }
  })
})

/** The segments of the families with a sample for each row. */
function rowSegments(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((_, index) => agentRowFamilies.some((family) => family === agentFamilies[index]))
}

/**
 * A report of texts: two small families after a large one, then large families, one of which is replaced with one about all rows.
 */
function reportWithSummary(summaryAt: number): AnyReport {
  const families = Array.from({ length: 7 }, (_, index): ReportFamily<string> => {
    const family = { name: `family_${index}`, type: 'gauge', help: '' } as const
    if (index === summaryAt) return { ...family, labelNames: [], samples: () => [] }
    if (index === 1 || index === 2) return { ...family, field: '', value: () => index }
    return { ...family, field: '', value: () => index, labels: (text) => ({ text }) }
  })
  return defineReport<string>({
    name: 'texts',
    path: '',
    defaultIntervalMs: 1,
    rowFields: [],
    keyOf: () => undefined,
    createRowReader: () => (key) => key,
    labelNames: [],
    labelsOf: () => ({}),
    families,
    storedRow: z.string(),
    privacyOf: () => '',
  })
}
