import type { FilledFamily, Format } from '../model/family.ts'
import { writeHeader, writeSamples } from './text-writer.ts'

/** OpenMetrics ends with this line, so that a scraper notices a truncated body. */
const END_OF_OPENMETRICS = '# EOF\n'

/** Writes the section after the reports. It is small and changes with time. A family without samples is left out. */
export function writeDynamicSection(families: readonly FilledFamily[], format: Format): string {
  const texts = families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => writeHeader(family, format) + writeSamples(family, family.samples, format))
  return texts.join('') + (format === 'openmetrics' ? END_OF_OPENMETRICS : '')
}
