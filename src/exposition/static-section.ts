import type { RenderedReport, Segment } from '../model/outcome.ts'
import type { AnyReport } from '../reports/report.ts'
import { beginMember, joinSmallChunks, type OpenMember, toSegmentNow } from './gzip.ts'
import { writeHeader } from './text-writer.ts'

/**
 * The section with the reports. It never compresses a segment again. The samples of a family are contiguous across operations. A
 * family without samples is left out.
 */
export interface StaticSection {
  /** A gzip member with the reports. Its small chunks are joined again only if a report has changed. */
  member(rendered: readonly RenderedReport[]): OpenMember
  /** The segments of some reports, with the headers of their families. */
  segments(rendered: readonly RenderedReport[]): readonly Segment[]
}

/** @param reports all reports, in the order in which they are exposed */
export function createStaticSection(reports: readonly AnyReport[]): StaticSection {
  const headers = new Map<AnyReport, readonly Segment[]>()
  let last: { readonly rendered: readonly RenderedReport[]; readonly member: OpenMember } | undefined

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
        last = { rendered, member: joinSmallChunks(beginMember(segments(rendered))) }
      }
      return last.member
    },
    segments,
  }
}

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
