import type { Moment } from '../clock.ts'
import type { FilledFamily, Format } from '../model/family.ts'
import type { AnyReport } from '../reports/report.ts'
import { type ExporterState, isStale } from '../scheduling/state.ts'
import { writeDynamicSection } from './dynamic-section.ts'
import { endMember, toSegment } from './gzip.ts'
import { createStaticSection } from './static-section.ts'

/** The complete `/metrics` body in one format. */
export interface Body {
  /** One gzip member, in chunks to send in order. */
  readonly gzipped: readonly Uint8Array[]
  /** Uncompressed length in bytes. */
  readonly length: number
}

/** Assembles `/metrics`, or returns the body of another recent scrape. */
export type Exposition = (format: Format, now: Moment) => Promise<Body>

// One chunk is one write. Above this size, bodies share the static section instead of copying it, because slow scrapers keep
// earlier bodies in memory.
const ONE_CHUNK_BYTES = 128 * 1024

/** What `/metrics` shows. */
export interface ExpositionSources {
  /** All reports, in the order in which they are exposed. */
  readonly reports: readonly AnyReport[]
  /** The current state of all operations. */
  readonly state: () => ExporterState
  /** Collects the families after the reports: about the state and about the exporter process. */
  readonly collectFamilies: (state: ExporterState, now: Moment) => Promise<readonly FilledFamily[]>
}

/** Assembles `/metrics` from two sections: the reports, which are already compressed, and all other families. */
export function createExposition({ reports, state, collectFamilies }: ExpositionSources): Exposition {
  const staticSection = createStaticSection(reports)

  const bodyIn = (format: Format) =>
    shareBody(state, async (current, now): Promise<Body> => {
      const text = writeDynamicSection(await collectFamilies(current, now), format)
      const dynamic = await toSegment(Buffer.from(text))
      const member = staticSection(freshReports(current, now))
      const { end, length } = endMember(member, dynamic)
      const { bytes } = member
      return {
        gzipped: bytes.length > ONE_CHUNK_BYTES ? [bytes, end] : [Buffer.concat([bytes, end])],
        length,
      }
    })

  const bodies = { text: bodyIn('text'), openmetrics: bodyIn('openmetrics') }
  return (format, now) => bodies[format](now)
}

/** The reports without stale ones, whose series are removed. */
function freshReports({ reports }: ExporterState, now: Moment) {
  return reports.flatMap((report) =>
    report.rendered === undefined || isStale(report, now) ? [] : [report.rendered],
  )
}

// Shorter than any scrape interval. The metrics about the process need not be more recent.
const SHARED_FOR_MS = 1000

interface Shared<T> {
  readonly body: Promise<T>
  readonly at: Moment
  readonly state: ExporterState
}

/**
 * Assembles one body for all scrapes within a second, so that any number of scrapers share the same bytes. A change of
 * state, or data that becomes stale, invalidates it.
 *
 * @param state current state of all operations
 * @param make assembles the body of a state at a time
 */
export function shareBody<T>(
  state: () => ExporterState,
  make: (state: ExporterState, now: Moment) => Promise<T>,
): (now: Moment) => Promise<T> {
  let shared: Shared<T> | undefined

  return (now) => {
    const current = state()
    if (shared === undefined || !isCurrent(shared, current, now)) {
      const body = make(current, now)
      shared = { body, at: now, state: current }
      body.catch(() => {
        // A newer body may have replaced it.
        if (shared?.body === body) shared = undefined
      })
    }
    return shared.body
  }
}

function isCurrent({ at, state }: Shared<unknown>, current: ExporterState, now: Moment): boolean {
  const age = now.monotonicMs - at.monotonicMs
  return (
    age < SHARED_FOR_MS &&
    state === current &&
    current.reports.every((report) => isStale(report, at) === isStale(report, now))
  )
}
