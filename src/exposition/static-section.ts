import type { RenderedReport, Segment } from '../model/outcome.ts'
import type { AnyReport } from '../reports/report.ts'
import {
  beginMember,
  joinSegments,
  joinSmallChunks,
  type OpenMember,
  SMALL_CHUNK_BYTES,
  toSegmentNow,
} from './gzip.ts'
import { writeHeader } from './text-writer.ts'

/**
 * The section with the reports. It never compresses a segment again. The samples of a family are contiguous across operations. A
 * family without samples is left out.
 */
export interface StaticSection {
  /** A gzip member with the reports. Where small segments have changed, they are joined again. */
  member(rendered: readonly RenderedReport[]): OpenMember
  /** The segments of some reports, with the headers of their families. */
  segments(rendered: readonly RenderedReport[]): readonly Segment[]
}

/** @param reports all reports, in the order in which they are exposed */
export function createStaticSection(reports: readonly AnyReport[]): StaticSection {
  const headers = new Map<AnyReport, readonly Segment[]>()
  const groups = createGroups()
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

  function segments(
    rendered: readonly RenderedReport[],
    join: JoinSegments = (segments) => segments,
  ): readonly Segment[] {
    const byReport = Map.groupBy(rendered, ({ report }) => report)
    return reports.flatMap((report) => {
      const ofReport = byReport.get(report.name) ?? []
      return ofReport.length === 0 ? [] : joinFamilies(report, headersOf(report), ofReport, join)
    })
  }

  return {
    member(rendered) {
      if (last === undefined || !areSame(last.rendered, rendered)) {
        last = { rendered, member: joinSmallChunks(beginMember(segments(rendered, groups.next()))) }
      }
      return last.member
    },
    segments: (rendered) => segments(rendered),
  }
}

/** Joins neighbouring segments of a family. */
type JoinSegments = (segments: readonly Segment[]) => readonly Segment[]

// With 50 operations, a refresh of one copies at most a third of the bytes again.
const GROUP_SIZE = 16

/** Joins small segments in groups. A group without a change is not joined again for the next member. */
function createGroups(): { readonly next: () => JoinSegments } {
  let latest: ReadonlyMap<Segment | undefined, Group> = new Map()

  return {
    next() {
      const previous = latest
      const current = new Map<Segment | undefined, Group>()
      latest = current

      function groupOf(segments: readonly Segment[]): Group {
        const known = previous.get(segments[0])
        if (known !== undefined && areSame(known.segments, segments)) return known
        const canJoin = segments.length > 1 && segments.every(isSmall)
        return { segments, joined: canJoin ? [joinSegments(segments)] : segments }
      }

      return (all) => {
        const joined: Segment[] = []
        for (let start = 0; start < all.length; start += GROUP_SIZE) {
          const group = groupOf(all.slice(start, start + GROUP_SIZE))
          current.set(group.segments[0], group)
          joined.push(...group.joined)
        }
        return joined
      }
    },
  }
}

interface Group {
  readonly segments: readonly Segment[]
  readonly joined: readonly Segment[]
}

const isSmall = ({ deflated }: Segment) => deflated.length < SMALL_CHUNK_BYTES

function joinFamilies(
  { families }: AnyReport,
  headers: readonly Segment[],
  rendered: readonly RenderedReport[],
  join: JoinSegments,
): Segment[] {
  let withHeader: string | undefined
  return headers.flatMap((header, index) => {
    const segments = join(
      rendered.flatMap(({ segments }) => segments[index] ?? []).filter(({ length }) => length > 0),
    )
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
