import { describe, expect, it } from 'vitest'
import { agentFamilies } from '../../src/exposition/agent-families.ts'
import { createAgentsPart } from '../../src/exposition/agents-part.ts'
import { endMember } from '../../src/gzip/member.ts'
import { toSegmentNow } from '../../src/gzip/segment.ts'
import type { Served } from '../../src/refresh/attempt.ts'
import { textOfBody } from '../support/helpers.ts'

/** Data whose families hold this text each; those after the text are empty. */
function served(...texts: readonly string[]): Served {
  const page = agentFamilies.map((_, index) => toSegmentNow(Buffer.from(texts[index] ?? '')))
  const agentsByCategory = { ready: 0, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 }
  return { fetchedAt: 0, records: 1, responseBytes: 1, agentsByCategory, page }
}

const nothing = toSegmentNow(Buffer.alloc(0))

function textOf(member: Parameters<typeof endMember>[0]): string {
  const { end, length } = endMember(member, nothing)
  return textOfBody({ gzipped: [member.bytes, end], length })
}

const sales = served('sales 1\n', 'sales 2\n')
const support = served('support 1\n')

describe('the part of the agents', () => {
  it('keeps a family together, whichever operation its samples are of, and leaves out what is empty', () => {
    const lines = textOf(createAgentsPart()([sales, support])).split('\n')
    expect(lines.filter((line) => !line.startsWith('# HELP'))).toEqual([
      `# TYPE ${agentFamilies[0]?.name} gauge`,
      'sales 1',
      'support 1',
      `# TYPE ${agentFamilies[1]?.name} gauge`,
      'sales 2',
      '',
    ])
  })

  it('is put together once for the same data', () => {
    const agentsPart = createAgentsPart()
    expect(agentsPart([sales, support])).toBe(agentsPart([sales, support]))
  })

  it('changes with any operation, and takes the bytes of the others as they are', () => {
    const agentsPart = createAgentsPart()
    agentsPart([sales, support])
    const compressed = Buffer.from(sales.page[1]?.deflated ?? [])
    const renewed = agentsPart([sales, served('anew\n')])
    expect(textOf(renewed)).toContain('sales 1\nanew\n')
    expect(Buffer.from(renewed.bytes).includes(compressed)).toBe(true)
  })

  it('of no operation holds nothing', () => {
    expect(textOf(createAgentsPart()([]))).toBe('')
  })
})
