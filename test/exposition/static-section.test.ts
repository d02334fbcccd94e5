import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { endMember, type OpenMember, toSegmentNow } from '../../src/exposition/gzip.ts'
import { createStaticSection } from '../../src/exposition/static-section.ts'
import type { RenderedReport } from '../../src/model/outcome.ts'
import { agentFamilies } from '../../src/reports/agents/families.ts'
import { reports } from '../../src/reports/index.ts'
import type { AnyReport } from '../../src/reports/report.ts'
import { tokenInfo } from '../../src/reports/token-info/index.ts'
import { textOfBody } from '../../tools/render-text.ts'

/** A report whose families have one of these texts each. Families after the last text are empty. */
function aRendered({ name, families }: AnyReport, ...texts: readonly string[]): RenderedReport {
  return {
    report: name,
    segments: families.map((_, index) => toSegmentNow(Buffer.from(texts[index] ?? ''))),
  }
}

const [agents] = reports as readonly [AnyReport]
const nothing = toSegmentNow(Buffer.alloc(0))

function textOf(member: OpenMember): string {
  return textOfBody({ gzipped: endMember(member, nothing).chunks })
}

/** The lines of a section without HELP and UNIT. */
function linesOf(member: OpenMember): string[] {
  return textOf(member)
    .split('\n')
    .filter((line) => !/^# (HELP|UNIT)/.test(line))
}

const typeLine = ({ families }: AnyReport, index: number) => `# TYPE ${families[index]?.name} gauge`

const sales = aRendered(agents, 'sales 1\n', 'sales 2\n')
const support = aRendered(agents, 'support 1\n')

describe('the static section', () => {
  it('keeps the samples of a family of all operations together and leaves out empty families', () => {
    const lines = textOf(createStaticSection(reports).member([sales, support])).split('\n')
    expect(lines.filter((line) => !line.startsWith('# HELP'))).toEqual([
      `# TYPE ${agentFamilies[0]?.name} gauge`,
      'sales 1',
      'support 1',
      `# TYPE ${agentFamilies[1]?.name} gauge`,
      'sales 2',
      '',
    ])
  })

  it('is joined only once for the same data', () => {
    const staticSection = createStaticSection(reports).member
    expect(staticSection([sales, support])).toBe(staticSection([sales, support]))
  })

  it('is one chunk if each of its segments is small', () => {
    const operations = Array.from({ length: 50 }, (_, index) =>
      aRendered(agents, `operation ${index}\n`, 'x\n'),
    )
    expect(createStaticSection(reports).member(operations).chunks).toHaveLength(1)
  })

  it('joins again only the groups of operations with a change', () => {
    const operations = Array.from({ length: 48 }, () =>
      aRendered(agents, randomBytes(10 * 1024).toString('hex')),
    )
    const { member } = createStaticSection(reports)
    const before = member(operations)
    const after = member(operations.with(20, aRendered(agents, 'renewed\n')))
    // The first chunk is the header.
    const isSame = before.chunks.map((chunk, index) => chunk === after.chunks[index])
    expect(isSame).toEqual([false, true, false, true])
    expect(textOf(after)).toContain('renewed\n')
    expect(textOf(member(operations)) === textOf(before)).toBe(true)
  })

  it('shares large segments, and joins the small ones between them', () => {
    const texts = agents.families.map(() => randomBytes(128 * 1024).toString('hex'))
    const large = aRendered(agents, ...texts)
    const small = Array.from({ length: 49 }, () => aRendered(agents, ...texts.map(() => 'small\n')))
    const { chunks } = createStaticSection(reports).member([large, ...small])
    // Vitest would take minutes to print such bytes.
    expect(large.segments.every(({ deflated }) => chunks.includes(deflated))).toBe(true)
    expect(chunks.length).toBeLessThanOrEqual(2 * agents.families.length + 1)
  })

  it('changes with the data of any operation and reuses the compressed bytes of the others', () => {
    const staticSection = createStaticSection(reports).member
    staticSection([sales, support])
    const compressed = Buffer.from(sales.segments[1]?.deflated ?? [])
    const renewed = staticSection([sales, aRendered(agents, 'renewed\n')])
    expect(textOf(renewed)).toContain('sales 1\nrenewed\n')
    expect(Buffer.concat(renewed.chunks).includes(compressed)).toBe(true)
  })

  it('is empty without data', () => {
    expect(textOf(createStaticSection(reports).member([]))).toBe('')
  })
})

describe('the static section of several reports', () => {
  const salesToken = aRendered(tokenInfo, 'sales limit\n', 'sales used\n')
  const supportToken = aRendered(tokenInfo, 'support limit\n')

  it('keeps each family together in any order of operations and reports', () => {
    const together = [
      typeLine(agents, 0),
      'sales 1',
      'support 1',
      typeLine(agents, 1),
      'sales 2',
      typeLine(tokenInfo, 0),
      'sales limit',
      'support limit',
      typeLine(tokenInfo, 1),
      'sales used',
      '',
    ]
    expect(linesOf(createStaticSection(reports).member([sales, salesToken, support, supportToken]))).toEqual(
      together,
    )
    expect(linesOf(createStaticSection(reports).member([salesToken, sales, supportToken, support]))).toEqual(
      together,
    )
  })

  it('has the reports in the order of the list of reports', () => {
    const rendered = reports.toReversed().map((report) => aRendered(report, `${report.name}\n`))
    expect(linesOf(createStaticSection(reports).member(rendered))).toEqual([
      ...reports.flatMap((report) => [typeLine(report, 0), report.name]),
      '',
    ])
  })

  it('leaves out a report without data', () => {
    expect(linesOf(createStaticSection(reports).member([salesToken]))).toEqual([
      typeLine(tokenInfo, 0),
      'sales limit',
      typeLine(tokenInfo, 1),
      'sales used',
      '',
    ])
  })

  it('removes a report as soon as its data is gone', () => {
    const staticSection = createStaticSection(reports).member
    expect(textOf(staticSection([sales, salesToken]))).toContain('sales limit')
    expect(textOf(staticSection([sales]))).not.toContain('sales limit')
    expect(textOf(staticSection([sales]))).toContain('sales 1')
  })
})
