import type { RenderedReport, Segment } from '../model/outcome.ts'
import type { AnyReport } from '../reports/report.ts'
import { beginMember, joinChunks, type Member, sizeOfChunks, toSegmentNow } from './gzip.ts'
import { writeHeader } from './text-writer.ts'

/**
 * The section with the reports. It never compresses a segment again. The samples of a family are contiguous across operations. A
 * family without samples is left out.
 */
export interface StaticSection {
  /**
   * The first part of a gzip member. The first body after a change shares the bytes of the reports, because with many operations
   * every body can be the first one. The next body joins small chunks for all further ones: many chunks take longer to send.
   */
  member(rendered: readonly RenderedReport[]): Member
  /** The segments of some reports, with the headers of their families. */
  segments(rendered: readonly RenderedReport[]): readonly Segment[]
}

/** @param reports all reports, in the order in which they are exposed */
export function createStaticSection(reports: readonly AnyReport[]): StaticSection {
  const headers = new Map<AnyReport, readonly Segment[]>()
  let last: { readonly rendered: readonly RenderedReport[]; readonly member: Member } | undefined

  /** All families are gauges, whose headers are the same in both formats. */
  function headersOf(report: AnyReport): readonly Segment[] {
    let segments = headers.get(report)
    if (segments === undefined) {
      segments = report.families.map((family) => toSegmentNow(Buffer.from(writeHeader(family, 'text'))))
      headers.set(report, segments)
    }
    return segments
  }

  function segments(rendered: readonly RenderedReport[]): readonly Segment[] {
    const byReport = Map.groupBy(rendered, ({ report }) => report)
    return reports.flatMap((report) => {
      const ofReport = byReport.get(report.name) ?? []
      return ofReport.length === 0 ? [] : joinFamilies(report, headersOf(report), ofReport)
    })
  }

  return {
    member(rendered) {
      if (last === undefined || !areSame(last.rendered, rendered)) {
        last = { rendered, member: beginMember(segments(rendered)) }
      } else if (last.member.chunks.length > 1 && averageBytes(last.member.chunks) < JOINED_BELOW_BYTES) {
        last = { rendered, member: joinChunks(last.member) }
      }
      return last.member
    },
    segments,
  }
}

// Larger chunks are sent as fast as one chunk, and joining them would keep their bytes in memory a second time.
const JOINED_BELOW_BYTES = 128 * 1024

const averageBytes = (chunks: readonly Uint8Array[]) => sizeOfChunks(chunks) / chunks.length

function joinFamilies(
  { families }: AnyReport,
  headers: readonly Segment[],
  rendered: readonly RenderedReport[],
): Segment[] {
  let withHeader: string | undefined
  return headers.flatMap((header, index) => {
    const segments = rendered
      .flatMap(({ segments }) => segments[index] ?? [])
      .filter(({ length }) => length > 0)
    if (segments.length === 0) return []
    const name = families[index]?.name
    // Entries with the same name are one family, with one header.
    if (name === withHeader) return segments
    withHeader = name
    return [header, ...segments]
  })
}

/** Whether two lists have identical elements. */
function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((value, index) => value === others[index])
}
