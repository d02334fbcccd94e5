import { fieldReaders } from '../../../src/exposition/agent-families.ts'
import { renderAgents } from '../../../src/exposition/agent-page.ts'
import { toServed } from '../../../src/refresh/attempt.ts'
import { initialState, type OperationState, withOutcome } from '../../../src/refresh/state.ts'
import { Centre } from '../../../src/simulator/centre/centre.ts'
import { reportOf } from '../../../src/simulator/centre/report.ts'
import { textFields } from '../../../src/wolkvox/records.ts'
import { readReport } from '../../../src/wolkvox/report.ts'
import {
  anEnvelope,
  anOperation,
  momentAt,
  type ParsedSample,
  parseExposition,
  renderText,
} from '../../support/helpers.ts'

const MINUTE_S = 60
const REFRESH_S = 5 * MINUTE_S

/** Scrapes from one refresh to the next, one each half minute. */
const SCRAPES = 10

/** A day as promtool takes it: for each series a value a scrape, in its shorthand. */
export type Day = readonly { readonly series: string; readonly values: string }[]

/**
 * A day of the simulated centre, from midnight to midnight, as Prometheus would have it from an exporter that refreshes every
 * five minutes and is scraped every half minute.
 */
export async function simulateDay(agents: number, seed: number): Promise<Day> {
  const centre = new Centre({ agents, seed })
  const operation = anOperation({ name: 'demo', timeZone: 'UTC' })
  let state = initialState(operation, [...textFields, ...Object.keys(fieldReaders)], 0)
  const refreshes: ReadonlyMap<string, number>[] = []
  for (let second = 0; second < 24 * 60 * MINUTE_S; second += REFRESH_S) {
    centre.advanceTo(second)
    state = await refresh(state, centre)
    const samples = parseExposition(await renderText([state], [], 'text', second * 1000))
    refreshes.push(new Map(samples.map((sample) => [seriesOf(sample), sample.value])))
  }
  const names = new Set(refreshes.flatMap((refresh) => [...refresh.keys()]))
  return [...names].map((series) => ({
    series,
    values: valuesOf(refreshes.map((values) => values.get(series))),
  }))
}

async function refresh(state: OperationState, centre: Centre): Promise<OperationState> {
  const fetchedAt = centre.now * 1000
  const body = Buffer.from(anEnvelope(reportOf(centre.agents, centre.now)))
  const { snapshot, rejections } = readReport({ status: 200, body, fetchedAt }, state.operation, fieldReaders)
  const served = toServed(snapshot, await renderAgents(snapshot, state.operation.name))
  return withOutcome(state, { ok: true, served, rejections }, 1000, momentAt(fetchedAt))
}

function seriesOf({ name, labels }: ParsedSample): string {
  const all = { job: 'wolkvox', instance: 'exporter', ...labels }
  return `${name}{${Object.entries(all).map(([label, value]) => `${label}=${JSON.stringify(value)}`)}}`
}

/** A series that is not there any more ends at once, as it does where a scrape no longer finds it. */
function valuesOf(values: readonly (number | undefined)[]): string {
  return values
    .map((value, index) => {
      if (value !== undefined) return `${value}+0x${SCRAPES - 1}`
      return values[index - 1] === undefined ? `_x${SCRAPES}` : `stale _x${SCRAPES - 1}`
    })
    .join(' ')
}
