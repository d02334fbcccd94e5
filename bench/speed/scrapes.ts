import { type Defer, withCleanup } from './cleanup.ts'
import { type Figure, ratios, type Target } from './figure.ts'
import type { BenchOptions } from './options.ts'
import { type Rivals, startRivals } from './rivals/rivals.ts'
import { inWords, SIZES, type Size } from './sizes.ts'
import { runWrk } from './wrk.ts'

const NGINX_TARGETS: Readonly<Record<Size, number>> = { 500: 0.9, 5000: 0.9, 60000: 1 }

const PROM_CLIENT_SIZE: Size = 5000
const PROM_CLIENT_TARGET = 500

const CONNECTIONS = 10
// V8 compiles what is called often while it runs; after some seconds a server is as fast as it stays for months.
const WARM_UP_SECONDS = 6

// Of a few scrapes a second, enough that one more or less hardly matters.
const FEWEST_SECONDS_OF_PROM_CLIENT = 10

const atLeast = (value: number): Target => ({ bound: 'at least', value, of: 'median' })

/** Scrapes a second, beside nginx with the same bytes and an exporter that renders for each scrape. */
export async function measureScrapes(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    options.print(`scrapes a second, ${inWords(size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(size, options, defer))))
  }
  return figures
}

async function measureSize(size: Size, options: BenchOptions, defer: Defer): Promise<Figure[]> {
  const rivals = await startRivals(size, defer)
  const promClient = size === PROM_CLIENT_SIZE ? await rivals.startPromClient(defer) : undefined
  const { exporter, nginx, nginxOnAllCores, promClientScrapes } = await loadInTurn(
    rivals,
    promClient,
    options,
  )
  const at = inWords(size)
  const figures: Figure[] = [
    {
      what: 'scrapes/s against nginx `gzip_static`',
      at,
      unit: '×',
      values: ratios(exporter, nginx),
      target: atLeast(NGINX_TARGETS[size]),
    },
    { what: 'of the exporter', at, unit: '/s', values: exporter },
    { what: 'of nginx', at, unit: '/s', values: nginx },
    {
      what: 'against nginx with a worker for each core',
      at,
      unit: '×',
      values: ratios(exporter, nginxOnAllCores),
    },
  ]
  if (promClient === undefined) return figures
  return [
    ...figures,
    {
      what: 'scrapes/s against Fastify + prom-client',
      at,
      unit: '×',
      values: ratios(exporter, promClientScrapes),
      target: atLeast(PROM_CLIENT_TARGET),
    },
    { what: 'of Fastify + prom-client', at, unit: '/s', values: promClientScrapes },
  ]
}

async function loadInTurn(rivals: Rivals, promClient: string | undefined, options: BenchOptions) {
  const load = { connections: CONNECTIONS, seconds: options.seconds }
  const perSecond = {
    exporter: [] as number[],
    nginx: [] as number[],
    nginxOnAllCores: [] as number[],
    promClientScrapes: [] as number[],
  }
  const turns = ['exporter', 'nginx', 'nginxOnAllCores'] as const
  for (const turn of turns) await runWrk(rivals[turn], { ...load, seconds: WARM_UP_SECONDS })
  for (let round = 0; round < options.rounds; round += 1) {
    // Neither always comes after the other.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const { requests, seconds } = await runWrk(rivals[turn], load)
      perSecond[turn].push(requests / seconds)
    }
    if (promClient !== undefined) perSecond.promClientScrapes.push(await loadPromClient(promClient, options))
  }
  return perSecond
}

/** One connection keeps it busy. The scrape that the end cuts short counts as whole, so it is rather too fast. */
async function loadPromClient(url: string, options: BenchOptions): Promise<number> {
  const long = Math.max(options.seconds, FEWEST_SECONDS_OF_PROM_CLIENT)
  const { requests, seconds } = await runWrk(url, { connections: 1, seconds: long })
  return (requests + 1) / seconds
}
