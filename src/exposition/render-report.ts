import type { Labels } from '../model/family.ts'
import type { Segment } from '../model/outcome.ts'
import type { Snapshot } from '../reports/read-report.ts'
import type { AnyReport, RowFamily, RowSettings } from '../reports/report.ts'
import { MAX_NUMBER_BYTES, putBytes, putNumber } from './byte-writer.ts'
import { toSegment } from './gzip.ts'
import { writeLabels, writeSamples } from './text-writer.ts'

// One family is written while two are compressed. That is enough for two cores and limits the text in memory.
const CONCURRENCY = 3

// Between the labels and the value.
const CLOSING_BRACE = 0x7d
const SPACE = 0x20

const LINE_BREAK = 0x0a

// Labels of an agent with a typical name. Longer labels make the buffer grow.
const TYPICAL_LABELS_BYTES = 96

// The longest UTF-8 form of one UTF-16 code unit.
const MAX_UTF8_BYTES = 3

const NO_SAMPLES: Segment = { deflated: new Uint8Array(), crc: 0, length: 0 }

/** The texts of all rows, encoded one after the other. */
interface EncodedTexts {
  /** Can be longer than the texts. */
  readonly bytes: Buffer
  /** The offset of each text, and of the end of the last one. */
  readonly starts: Uint32Array
}

/**
 * Renders a report of an operation once for all scrapes until the next refresh. Gauges are the same in both formats.
 *
 * @param settings of the operation; its name is the value of the label `operation`
 * @param excluded names of families that are not rendered: their segments are empty
 * @returns the samples without headers, one segment for each family of the report
 */
export async function renderReport(
  report: AnyReport,
  snapshot: Snapshot,
  settings: RowSettings,
  excluded: readonly string[] = [],
): Promise<readonly Segment[]> {
  const { name: operation } = settings
  const operationLabel = writeLabels({ operation })
  const identities = encodeEach(snapshot.rows, (row) =>
    joinLabels(operationLabel, writeLabels(report.labelsOf(row))),
  )
  // The same for all families: a buffer of one fits the others, except for a family with further labels.
  const bytesPerRow =
    Math.max(0, ...report.families.map(({ name }) => name.length)) + '{} \n'.length + MAX_NUMBER_BYTES
  const inUse: { readonly buffer: Buffer; readonly segment: Promise<Segment> }[] = []
  const segments: (Promise<Segment> | Segment)[] = []
  for (const family of report.families) {
    if (excluded.includes(family.name)) {
      segments.push(NO_SAMPLES)
      continue
    }
    if ('samples' in family) {
      const samples = family.samples(snapshot.rows)
      const labelled = samples.map((sample) => ({ ...sample, labels: { operation, ...sample.labels } }))
      segments.push(toSegment(Buffer.from(writeSamples(family, labelled, 'text'))))
      continue
    }
    const oldest = inUse.length < CONCURRENCY ? undefined : inUse.shift()
    // zlib reads the buffer until its segment is ready.
    await oldest?.segment
    const { buffer, length } = writeFamily(
      family,
      snapshot,
      settings,
      { identities, bytesPerRow },
      oldest?.buffer,
    )
    const segment = toSegment(buffer.subarray(0, length))
    inUse.push({ buffer, segment })
    segments.push(segment)
  }
  return Promise.all(segments)
}

function joinLabels(first: string, second: string): string {
  return first + afterComma(second)
}

/** OpenMetrics allows no comma after the last label. */
const afterComma = (labels: string): string => (labels === '' ? '' : `,${labels}`)

/** Writes labels that many rows share, as the same object, only once. */
function createSharedWriter(): (labels: Labels) => string {
  const written = new Map<Labels, string>()
  return (labels) => {
    const text = written.get(labels) ?? writeLabels(labels)
    written.set(labels, text)
    return text
  }
}

/** Encodes each text immediately, because keeping tens of thousands of strings would slow down the garbage collector. */
function encodeEach(rows: readonly unknown[], textOf: (row: unknown) => string): EncodedTexts {
  const starts = new Uint32Array(rows.length + 1)
  let bytes = Buffer.allocUnsafeSlow(rows.length * TYPICAL_LABELS_BYTES)
  let at = 0
  for (const [index, row] of rows.entries()) {
    const text = textOf(row)
    const end = at + text.length * MAX_UTF8_BYTES
    if (end > bytes.length) bytes = Buffer.concat([bytes], Math.max(end, bytes.length * 2))
    at += bytes.write(text, at)
    starts[index + 1] = at
  }
  return { bytes, starts }
}

const byteLengthOf = ({ starts }: EncodedTexts) => starts.at(-1) ?? 0

/** What every family of a report is written from. */
interface FamilyInputs {
  /** The labels of each row. */
  readonly identities: EncodedTexts
  /** Room for the longest sample without its labels. */
  readonly bytesPerRow: number
}

/**
 * Writes one family of all rows.
 *
 * @param reusable a buffer to overwrite if it is large enough
 */
function writeFamily(
  { name, field, value, labels: fixedLabels, configuredLabels }: RowFamily<unknown>,
  { rows, columns, fetchedAt }: Snapshot,
  settings: RowSettings,
  { identities, bytesPerRow }: FamilyInputs,
  reusable: Buffer | undefined,
): { readonly buffer: Buffer; readonly length: number } {
  const labels = configuredLabels === undefined ? fixedLabels : configuredLabels.create(settings)
  if (configuredLabels !== undefined && labels === undefined) {
    return { buffer: reusable ?? Buffer.alloc(0), length: 0 }
  }
  const prefix = Buffer.from(`${name}{`)
  const write = configuredLabels === undefined ? writeLabels : createSharedWriter()
  const extraLabels = labels && encodeEach(rows, (row) => afterComma(write(labels(row))))
  const size =
    byteLengthOf(identities) +
    (extraLabels === undefined ? 0 : byteLengthOf(extraLabels)) +
    rows.length * bytesPerRow
  const buffer = reusable !== undefined && reusable.length >= size ? reusable : Buffer.allocUnsafeSlow(size)
  const column = columns[field]
  let at = 0
  for (let index = 0; index < rows.length; index += 1) {
    const number = value(column?.[index] ?? Number.NaN, fetchedAt)
    if (Number.isNaN(number)) continue
    at = putBytes(buffer, at, prefix)
    at += identities.bytes.copy(buffer, at, identities.starts[index], identities.starts[index + 1])
    if (extraLabels !== undefined) {
      at += extraLabels.bytes.copy(buffer, at, extraLabels.starts[index], extraLabels.starts[index + 1])
    }
    buffer[at] = CLOSING_BRACE
    buffer[at + 1] = SPACE
    at = putNumber(buffer, at + 2, number)
    buffer[at] = LINE_BREAK
    at += 1
  }
  return { buffer, length: at }
}
