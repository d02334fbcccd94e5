import { describe, expect, it } from 'vitest'
import { renderReport } from '../../src/exposition/render-report.ts'
import { reportNamed, reports } from '../../src/reports/index.ts'
import { readRecords, type Snapshot } from '../../src/reports/read-report.ts'
import { type AnyReport, fieldsOf, type JsonRecord, type RowFamily } from '../../src/reports/report.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/snapshot-file.ts'
import { statusFamilies } from '../../src/telemetry/status-families.ts'
import { formatDuration } from '../../src/units.ts'
import { readText } from '../../tools/files.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { reportRecords } from '../../tools/report-records.ts'
import { FETCHED_AT } from '../support/agents.ts'
import { textOfSegments } from '../support/exposition-texts.ts'
import fc from '../support/fast-check.ts'
import { groupsFrom } from '../support/groups-files.ts'

// The table of reports.
const guide = readText('docs/configuration.md')

const SAVED_AT = FETCHED_AT + 1000

const operation = anOperation()

const withGroups = anOperation({ groups: await groupsFrom('agent_id,team\n1001,Norte\n') })

const goodRecordsOf = ({ name }: AnyReport) => reportRecords[name] ?? []

/** A record with any field values that still has an id. */
function acceptedRecord(report: AnyReport): fc.Arbitrary<JsonRecord> {
  const all = goodRecordsOf(report)
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...all.flatMap(Object.values), '', '-', null) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
  return fc
    .tuple(fc.constantFrom(...all), fc.dictionary(fc.constantFrom(...fieldsOf(report)), value))
    .map(([good, fields]) => ({ ...good, ...fields }))
    .filter((record) => snapshotOf(report, [record]).rows.length === 1)
}

/** Entries with the same name are one family. */
const familyNames = ({ families }: AnyReport) =>
  families.map(({ name }) => name).filter((name, index, all) => name !== all[index - 1])

function snapshotOf(report: AnyReport, records: readonly JsonRecord[]): Snapshot {
  const { rows, columns } = readRecords(report, records, operation, FETCHED_AT)
  return { fetchedAt: FETCHED_AT, rows, columns, records: records.length, bytes: 100 }
}

const isRowFamily = (family: object): family is RowFamily<unknown> => 'field' in family

describe('the list of reports', () => {
  it('has the documented names and default intervals, in the documented order', () => {
    const rows = [...guide.matchAll(/^\| `(\w+)` \| [^|]+ \| `(\w+)` \| [\d,]+ \|$/gm)]
    expect(reports.map(({ name, defaultIntervalMs }) => [name, formatDuration(defaultIntervalMs)])).toEqual(
      rows.map(([, name, interval]) => [name, interval]),
    )
  })

  it('has each name once, and finds reports by name', () => {
    expect(new Set(reports.map(({ name }) => name)).size).toBe(reports.length)
    for (const report of reports) expect(reportNamed(report.name)).toBe(report)
  })

  it.each(['', 'agent', 'AGENTS', '__proto__', 'toString'])('has no report named %j', (name) => {
    expect(() => reportNamed(name)).toThrow(`no report is named ${name}`)
  })

  it('has each family once, also compared with the families about reports', () => {
    const names = [...reports.flatMap(familyNames), ...statusFamilies.map(({ name }) => name)]
    expect(new Set(names).size).toBe(names.length)
  })

  it('has each request once', () => {
    expect(new Set(reports.map(({ path }) => path)).size).toBe(reports.length)
  })

  it.each(reports)('has $name with the request of that name', ({ name, path }) => {
    const file = name === 'token_info' ? 'information' : 'real_time'
    expect(path).toMatch(new RegExp(`^/api/v2/${file}\\.php\\?api=${name}(?:&skill_id=all)?$`))
  })

  it('asks for the calls of all skills', () => {
    expect(reports.filter(({ path }) => path.includes('skill_id')).map(({ name }) => name)).toEqual([
      'skills',
    ])
  })
})

describe.each(reports)('the report $name', (report) => {
  const { families, labelNames } = report

  it('has only gauges, which are the same in both formats', () => {
    for (const { name, type } of families) {
      expect(type).toBe('gauge')
      expect(name).toMatch(/^wolkvox_[a-z_]+(?<!_total)$/)
    }
  })

  it('names the field and the age of the values in HELP', () => {
    for (const { help } of families) {
      expect(help).toMatch(/^[A-Z].*\. wolkvox fields? [\w./{}, ]+, as old as the last refresh\.$/)
    }
    for (const { field, help } of families.filter(isRowFamily)) {
      expect(help.slice(help.indexOf(' wolkvox field'))).toContain(` ${field},`)
    }
  })

  it('has each field once, and the same reader in all families of a field', () => {
    const fields = fieldsOf(report)
    expect(new Set(fields).size).toBe(fields.length)
    for (const { field, read } of families.filter(isRowFamily)) {
      expect(fields).toContain(field)
      for (const other of families.filter(isRowFamily)) {
        if (other.field === field) expect(other.read).toBe(read)
      }
    }
  })

  it('has every label of its rows in labelNames, and the same labels for any row', () => {
    fc.assert(
      fc.property(acceptedRecord(report), (record) => {
        const [row] = snapshotOf(report, [record]).rows
        expect(Object.keys(report.labelsOf(row))).toEqual(labelNames)
        expect(labelNames).not.toContain('operation')
        for (const { labels } of families.filter(isRowFamily)) {
          if (labels === undefined) continue
          const further = Object.keys(labels(row))
          expect(further).toEqual(Object.keys(labels({})))
          expect([...labelNames, 'operation', ...further]).toHaveLength(
            new Set([...labelNames, 'operation', ...further]).size,
          )
        }
      }),
    )
  })

  it('has the same labels in every sample of a family about all rows', () => {
    const { rows } = snapshotOf(report, goodRecordsOf(report))
    for (const family of families) {
      if (isRowFamily(family)) continue
      const samples = [...family.samples(rows), ...family.samples([])]
      expect(samples.length).toBeGreaterThan(0)
      for (const { labels } of samples) expect(Object.keys(labels)).toEqual(family.labelNames)
      expect(family.labelNames).not.toContain('operation')
    }
  })

  it('has the same HELP in every entry of a family', () => {
    const helps = Map.groupBy(families, ({ name }) => name)
    for (const entries of helps.values()) expect(new Set(entries.map(({ help }) => help)).size).toBe(1)
  })

  it('exposes a good record in every family', async () => {
    const snapshot = snapshotOf(report, goodRecordsOf(report))
    const samples = parseExposition(textOfSegments(await renderReport(report, snapshot, withGroups)))
    expect([...new Set(samples.map(({ name }) => name))]).toEqual(familyNames(report))
    expect(new Set(samples.map(({ labels }) => labels.operation))).toEqual(new Set(['ventas']))
  })

  it('accepts its own rows after they were stored as JSON', () => {
    fc.assert(
      fc.property(acceptedRecord(report), (record) => {
        const [row] = snapshotOf(report, [record]).rows
        expect(report.storedRow.parse(JSON.parse(JSON.stringify(row)))).toEqual(row)
      }),
    )
  })

  it.each([null, 5, 'text', [], [{}], { unexpected: 1 }])('rejects %j as a stored row', (row) => {
    expect(report.storedRow.safeParse(row).success).toBe(false)
  })

  it('has the same snapshot after encoding and decoding', () => {
    fc.assert(
      fc.property(fc.array(acceptedRecord(report), { maxLength: 5 }), (records) => {
        const snapshot = snapshotOf(report, records)
        const bytes = encodeSnapshot(operation, report, snapshot, SAVED_AT)
        expect(decodeSnapshot(bytes, operation, report, SAVED_AT)).toEqual({ content: snapshot })
      }),
    )
  })

  it('does not accept the stored snapshot of another report', () => {
    const bytes = encodeSnapshot(operation, report, snapshotOf(report, []), SAVED_AT)
    for (const other of reports) {
      if (other === report) continue
      expect(decodeSnapshot(bytes, operation, other, SAVED_AT)).toEqual({
        problem: 'belongs to another report',
      })
    }
  })
})
