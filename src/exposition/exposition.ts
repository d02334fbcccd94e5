import type { Moment } from '../clock.ts'
import type { FilledFamily, Format } from '../model/family.ts'
import type { Segment } from '../model/outcome.ts'
import type { AnyReport } from '../reports/report.ts'
import { type ExporterState, isStale } from '../scheduling/state.ts'
import {
  beginMember,
  endMember,
  joinSmallChunks,
  type OpenMember,
  SMALL_CHUNK_BYTES,
  sizeOfChunks,
  toSegment,
} from './gzip.ts'
import { SHARED_FOR_MS, shareBody } from './shared-body.ts'
import { createStaticSection } from './static-section.ts'
import { writeHeader, writeSamples } from './text-writer.ts'

/** A body of `/metrics` in one format. */
export interface Body {
  /** One gzip member, in chunks to send in order. */
  readonly gzipped: readonly Uint8Array[]
  /** Length of the member in bytes. */
  readonly gzippedLength: number
  /** Uncompressed length in bytes. */
  readonly length: number
}

/** Assembles `/metrics`, or returns the body of another recent scrape. */
export interface Exposition {
  /** Everything. */
  wholeBody(format: Format, now: Moment): Promise<Body>
  /**
   * Only the metrics about some operations and their accounts, as the same bytes as in the whole: no metrics about the process,
   * which would be there once for each scrape of a part.
   *
   * @param operations names of operations; an empty name selects the process and all accounts
   * @returns `undefined` if one of them does not exist
   */
  bodyOf(operations: readonly string[], format: Format, now: Moment): Promise<Body> | undefined
}

/** What `/metrics` shows. */
export interface ExpositionSources {
  /** All reports, in the order in which they are exposed. */
  readonly reports: readonly AnyReport[]
  /** The current state of all operations. */
  readonly state: () => ExporterState
  /** Collects the families after the reports that are about the state. */
  readonly statusFamilies: (state: ExporterState, now: Moment) => readonly FilledFamily[]
  /** Collects the families about the exporter process, which come last. */
  readonly ownFamilies: () => Promise<readonly FilledFamily[]>
}

/** Assembles `/metrics` from two sections: the reports, which are already compressed, and all other families. */
export function createExposition({
  reports,
  state,
  statusFamilies,
  ownFamilies,
}: ExpositionSources): Exposition {
  const staticSection = createStaticSection(reports)

  async function dynamicSection(current: ExporterState, now: Moment, format: Format, withProcess: boolean) {
    const own = withProcess ? await ownFamilies() : []
    return toSegment(Buffer.from(writeDynamicSection([...statusFamilies(current, now), ...own], format)))
  }

  const sharedWhole = (format: Format) =>
    shareBody(state, async (current, now): Promise<Body> => {
      const dynamic = await dynamicSection(current, now, format, true)
      return finishBody(staticSection.member(freshReports(current, now)), dynamic)
    })

  const sharedPart = (names: ReadonlySet<string>, format: Format) =>
    shareBody(state, async (current, now): Promise<Body> => {
      const part = selectOperations(current, names)
      const dynamic = await dynamicSection(part, now, format, names.has(PROCESS_AND_ACCOUNTS))
      return finishBody(
        joinSmallChunks(beginMember(staticSection.segments(freshReports(part, now)))),
        dynamic,
      )
    })

  let lastNames: { readonly of: ExporterState; readonly names: ReadonlySet<string> } | undefined

  function namesOf(current: ExporterState): ReadonlySet<string> {
    if (lastNames?.of !== current) {
      lastNames = { of: current, names: new Set(current.operations.map(({ operation }) => operation.name)) }
    }
    return lastNames.names
  }

  const bodies = { text: sharedWhole('text'), openmetrics: sharedWhole('openmetrics') }
  const parts = new Map<string, (now: Moment) => Promise<Body>>()

  return {
    wholeBody: (format, now) => bodies[format](now),
    bodyOf(operations, format, now) {
      const names = new Set(operations)
      const known = namesOf(state())
      if (operations.some((name) => name !== PROCESS_AND_ACCOUNTS && !known.has(name))) return undefined
      const key = JSON.stringify([format, ...[...names].sort()])
      let body = parts.get(key)
      if (body === undefined) {
        body = sharedPart(names, format)
        // Above this number, parts are not shared: a client can ask for any combination.
        if (parts.size < MAX_PARTS) {
          parts.set(key, body)
          // The body would keep the segments of replaced data in memory.
          setTimeout(() => parts.delete(key), SHARED_FOR_MS).unref()
        }
      }
      return body(now)
    },
  }
}

function finishBody(member: OpenMember, dynamic: Segment): Body {
  const { chunks, length } = endMember(member, dynamic)
  const gzippedLength = sizeOfChunks(chunks)
  // Larger bodies share the static section instead of copying it, because slow scrapers keep earlier bodies in memory.
  const gzipped = gzippedLength < SMALL_CHUNK_BYTES ? [Buffer.concat(chunks)] : chunks
  return { gzipped, gzippedLength, length }
}

// The empty name selects the process and all accounts. No operation has it.
const PROCESS_AND_ACCOUNTS = ''

// More than the operations of a large outsourcer, in both formats.
const MAX_PARTS = 256

/** The part of the state that is about some operations and their accounts, or about all accounts. */
function selectOperations(state: ExporterState, names: ReadonlySet<string>): ExporterState {
  const operations = state.operations.filter(({ operation }) => names.has(operation.name))
  const accounts = new Set(operations.map(({ account }) => account))
  return {
    accounts: names.has(PROCESS_AND_ACCOUNTS)
      ? state.accounts
      : state.accounts.filter(({ account }) => accounts.has(account)),
    operations,
    reports: state.reports.filter(({ operation }) => names.has(operation)),
  }
}

/** The reports without stale ones, whose series are removed. */
function freshReports({ reports }: ExporterState, now: Moment) {
  return reports.flatMap((report) =>
    report.rendered === undefined || isStale(report, now) ? [] : [report.rendered],
  )
}

/** OpenMetrics ends with this line, so that a scraper notices a truncated body. */
const END_OF_OPENMETRICS = '# EOF\n'

/** Writes the section after the reports. It is small and changes with time. A family without samples is left out. */
export function writeDynamicSection(families: readonly FilledFamily[], format: Format): string {
  const texts = families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => writeHeader(family, format) + writeSamples(family, family.samples, format))
  return texts.join('') + (format === 'openmetrics' ? END_OF_OPENMETRICS : '')
}
