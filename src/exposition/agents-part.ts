import { beginMember, type Member } from '../gzip/member.ts'
import { type Segment, toSegmentNow } from '../gzip/segment.ts'
import type { Served } from '../refresh/attempt.ts'
import { agentFamilies } from './agent-families.ts'
import { writeHeader } from './text-writer.ts'

// Gauges, whose headers read alike in both formats.
const headers: readonly Segment[] = agentFamilies.map((family) =>
  toSegmentNow(Buffer.from(writeHeader(family, 'text'))),
)

/**
 * Puts the agents of all operations together as the beginning of a gzip member, anew only when one of them has changed;
 * what was compressed for one operation is not compressed again for another.
 *
 * @returns a function of the data that is to be shown; samples of one family stand together, whichever operation they
 *   are of, and a family without samples is left out
 */
export function createAgentsPart(): (shown: readonly Served[]) => Member {
  let known: { readonly shown: readonly Served[]; readonly member: Member } | undefined

  return (shown) => {
    if (known === undefined || !areSame(known.shown, shown)) known = { shown, member: assemble(shown) }
    return known.member
  }
}

function assemble(shown: readonly Served[]): Member {
  return beginMember(
    headers.flatMap((header, index) => {
      const segments = shown.flatMap(({ page }) => page[index] ?? []).filter(({ length }) => length > 0)
      return segments.length > 0 ? [header, ...segments] : []
    }),
  )
}

function areSame(some: readonly Served[], others: readonly Served[]): boolean {
  return some.length === others.length && some.every((served, index) => served === others[index])
}
