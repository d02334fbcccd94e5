import { Counter, Gauge, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { writeHeader, writeSamples } from '../../src/exposition/text-writer.ts'
import type { Family, Format, Sample } from '../../src/model/family.ts'
import fc from '../support/fast-check.ts'
import { hostileNames } from '../support/hostile-names.ts'

interface FamilyOfOne extends Family, Sample {
  readonly name: string
}

const numbers = [0, -0, 0.1, 1e-7, 5e-324, 123456789.123, 2 ** 53, 1e21, Number.MAX_VALUE]

const anyText = fc.oneof(
  fc.constantFrom(...hostileNames, '\u0000', '\r\n', ' '),
  fc.string({ unit: 'binary' }),
)

const anyLabels = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyText, { maxKeys: 4 })

const help = anyText.map((text) => `Help: ${text}`)

const anyGauge: fc.Arbitrary<FamilyOfOne> = fc.record({
  type: fc.constant('gauge'),
  name: fc.constant('some_gauge'),
  help,
  labels: anyLabels,
  value: fc.oneof(fc.constantFrom(...numbers, Number.NaN, Infinity, -Infinity), fc.double()),
})

const anyCounter: fc.Arbitrary<FamilyOfOne> = fc.record({
  type: fc.constant('counter'),
  name: fc.constant('some_events_total'),
  help,
  labels: anyLabels,
  value: fc.oneof(fc.constantFrom(...numbers), fc.double({ min: 0, noDefaultInfinity: true, noNaN: true })),
})

const anyFamily = fc.oneof(anyGauge, anyCounter)

function write(family: FamilyOfOne, format: Format): string {
  const { labels, value } = family
  return writeHeader(family, format) + writeSamples(family, [{ labels, value }], format)
}

/** The text of prom-client. It writes `Nan`, but the specification of the format has `NaN`. */
async function print({ type, name, help, labels, value }: FamilyOfOne, contentType: string) {
  const registry = new Registry(contentType as typeof Registry.PROMETHEUS_CONTENT_TYPE)
  const registers = [registry]
  const labelNames = Object.keys(labels)
  if (type === 'gauge') new Gauge({ name, help, labelNames, registers }).set(labels, value)
  else new Counter({ name, help, labelNames, registers }).inc(labels, value)
  return (await registry.metrics()).replace(/ Nan\n/, ' NaN\n')
}

describe('the unit of a family', () => {
  it.each<[string, Family['type'], string | undefined, string]>([
    ['some_duration_seconds', 'gauge', 'seconds', 'some_duration_seconds'],
    ['some_start_timestamp_seconds', 'gauge', 'seconds', 'some_start_timestamp_seconds'],
    ['some_size_bytes', 'gauge', 'bytes', 'some_size_bytes'],
    ['some_occupancy_ratio', 'gauge', 'ratio', 'some_occupancy_ratio'],
    ['some_duration_seconds', 'histogram', 'seconds', 'some_duration_seconds'],
    ['some_cpu_seconds_total', 'counter', 'seconds', 'some_cpu_seconds'],
    ['some_calls', 'gauge', undefined, 'some_calls'],
    ['some_seconds_of_fame', 'gauge', undefined, 'some_seconds_of_fame'],
    ['seconds', 'gauge', undefined, 'seconds'],
  ])('of %s, a %s, is %s, on a line after the type', (name, type, unit, family) => {
    const header = writeHeader({ name, type, help: 'Some help.' }, 'openmetrics')
    const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`
    expect(header).toBe(`# HELP ${family} Some help.\n# TYPE ${family} ${type}\n${unitLine}`)
  })

  it('is the same line in the text format, which treats it as a comment', () => {
    expect(writeHeader({ name: 'some_size_bytes', type: 'gauge', help: 'Some help.' }, 'text')).toBe(
      '# HELP some_size_bytes Some help.\n# TYPE some_size_bytes gauge\n# UNIT some_size_bytes bytes\n',
    )
  })
})

describe('the text of any family', () => {
  it('is byte for byte the text of prom-client', () =>
    fc.assert(
      fc.asyncProperty(anyFamily, async (family) => {
        expect(write(family, 'text')).toBe(await print(family, Registry.PROMETHEUS_CONTENT_TYPE))
      }),
      { numRuns: 300 },
    ))

  it('is the text of prom-client in OpenMetrics too, except that prom-client does not escape quotes in HELP', () =>
    fc.assert(
      fc.asyncProperty(anyFamily, async (family) => {
        const printed = await print(family, Registry.OPENMETRICS_CONTENT_TYPE)
        const escaped = printed.replace(/^# HELP [^\n]*/, (line) => line.replaceAll('"', '\\"'))
        expect(`${write(family, 'openmetrics')}# EOF\n`).toBe(escaped)
      }),
      { numRuns: 300 },
    ))
})
