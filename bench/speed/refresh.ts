import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchedAtOf, getBody, REFRESHED, settingsFor, startMeasuredExporter } from './exporter.ts'
import { makeResponses, sendLastByteLate, startManualWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, formatAgents, ratios } from './figure.ts'
import { type Defer, makeFolder, runProgram, withCleanup } from './setup.ts'

const SMALL = 5000
const LARGE = 60_000

const MAX_RATIO = 1.6

// Twelve times the agents: linear growth.
const MAX_GROWTH = 12

/** How long a refresh takes, compared with parsing and compressing alone, and how it grows with the agents. */
export async function measureRefresh(options: BenchOptions): Promise<Figure[]> {
  options.print(`refresh, ${formatAgents(SMALL)} and ${formatAgents(LARGE)} agents`)
  const small: number[] = []
  const large: number[] = []
  const alone: number[] = []
  await withCleanup(async (defer) => {
    const [few, many] = [await startManualRefreshes(SMALL, defer), await startManualRefreshes(LARGE, defer)]
    for (let round = 0; round < options.rounds; round += 1) {
      small.push(await few.refresh())
      large.push(await many.refresh())
      alone.push(await many.parseAndGzip())
    }
  })
  const at = formatAgents(LARGE)
  return [
    {
      what: 'refresh, last byte read to new bytes served, against `JSON.parse` + `gzip -6` alone',
      at,
      unit: '×',
      values: ratios(large, alone),
      target: { bound: 'at most', value: MAX_RATIO, of: 'median' },
    },
    { what: 'of the exporter', at, unit: 'ms', values: large },
    { what: 'of `JSON.parse` + `gzip -6`', at, unit: 'ms', values: alone },
    {
      what: 'growth of the refresh time',
      at: `${formatAgents(SMALL)} to ${at}`,
      unit: '×',
      values: ratios(large, small),
      target: { bound: 'at most', value: MAX_GROWTH, of: 'median' },
    },
    { what: 'of the exporter', at: formatAgents(SMALL), unit: 'ms', values: small },
  ]
}

/** An exporter whose refreshes the caller triggers. */
interface ManualRefreshes {
  /** @returns milliseconds from the last byte of the response to the first byte of a body with the new data */
  readonly refresh: () => Promise<number>
  /** @returns milliseconds for parsing and compressing the same data */
  readonly parseAndGzip: () => Promise<number>
}

// A quarter of an hour at the usual interval of five minutes.
const WARM_UP_REFRESHES = 3

// So short that a request is always pending.
const INTERVAL_SECONDS = 1

const PARSE_AND_GZIP = new URL('parse-and-gzip.ts', import.meta.url).pathname

async function startManualRefreshes(agents: number, defer: Defer): Promise<ManualRefreshes> {
  const responses = makeResponses(agents)
  const wolkvox = await startManualWolkvox(defer)
  const settings = settingsFor(wolkvox.url, INTERVAL_SECONDS)
  const exporter = await startMeasuredExporter(settings, makeFolder(defer), defer)
  const folder = makeFolder(defer)
  const responseFile = join(folder, 'response.json')
  const textFile = join(folder, 'metrics')
  let refreshes = 0
  let servedAt = Number.NaN

  async function refresh(): Promise<number> {
    const response = responses[refreshes % responses.length] ?? Buffer.alloc(0)
    refreshes += 1
    const call = await wolkvox.nextCall()
    const [lastByteAt] = await Promise.all([sendLastByteLate(call, response), exporter.nextLog(REFRESHED)])
    const { firstByteAt, text } = await getBody(exporter.listening)
    const fetchedAt = fetchedAtOf(text)
    if (Number.isNaN(fetchedAt) || fetchedAt === servedAt) throw new Error('the new data is not served')
    servedAt = fetchedAt
    if (refreshes === 1) await Promise.all([writeFile(responseFile, response), writeFile(textFile, text)])
    return firstByteAt - lastByteAt
  }

  // The first refreshes run before V8 has optimised the code and sized the heap.
  for (let time = 0; time < WARM_UP_REFRESHES; time += 1) await refresh()
  return {
    refresh,
    parseAndGzip: async () =>
      Number(await runProgram(process.execPath, [PARSE_AND_GZIP, responseFile, textFile])),
  }
}
