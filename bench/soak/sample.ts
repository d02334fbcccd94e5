import { type ParsedSample, parseExposition } from '../../test/support/helpers.ts'

/** What one scrape has told. */
export interface Sample {
  readonly tookMs: number
  /** Values under their series as it stands on the page. */
  readonly figures: ReadonlyMap<string, number>
}

// All but the agents, who are too many to be read every second.
const FIGURES = /^(?:process|nodejs_active|wolkvox_(?:records|refresh|api|storage))\w*(?:\{.*\})? \S+$/gm
const AN_AGENT = /^wolkvox_agent_state\{/gm

export function readFigures(text: string, breach: (text: string) => void): ReadonlyMap<string, number> {
  const found = parseExposition(`${(text.match(FIGURES) ?? []).join('\n')}\n`)
  const figures = new Map(found.map((sample) => [seriesOf(sample), sample.value]))
  const agents = text.match(AN_AGENT)?.length ?? 0
  const records = figures.get('wolkvox_records')
  // None where the data has turned stale, as it may after a run of faults.
  if (agents !== 0 && agents !== records) breach(`of ${records} records a page has ${agents} agents`)
  return figures
}

function seriesOf({ name, labels: { operation: _operation, ...labels } }: ParsedSample): string {
  return [name, ...Object.values(labels)].join(' ')
}
