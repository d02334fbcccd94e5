import {
  type BenchOptions,
  type Figure,
  formatAgents,
  ratios,
  SIZES,
  type Size,
  type Target,
} from './figure.ts'
import { runWrk } from './load.ts'
import { type Rivals, startRivals } from './rivals.ts'
import { type Defer, withCleanup } from './setup.ts'

const NGINX_TARGETS: Readonly<Record<Size, number>> = { 500: 0.9, 5000: 0.9, 60000: 1 }

const PROM_CLIENT_SIZE: Size = 5000
const PROM_CLIENT_TARGET = 500

const CONNECTIONS = 10
// V8 optimises frequently called code during the first seconds.
const WARM_UP_SECONDS = 6

// At a few scrapes per second, a shorter run would be too coarse.
const MIN_PROM_CLIENT_SECONDS = 10

const atLeast = (value: number): Target => ({ bound: 'at least', value, of: 'median' })

/** Scrapes per second, compared with nginx with the same bytes and with an exporter that renders each scrape. */
export async function measureScrapes(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    options.print(`scrapes per second, ${formatAgents(size)} agents`)
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
  const at = formatAgents(size)
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
    // Alternate the order, so that none always runs first.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const { requests, seconds } = await runWrk(rivals[turn], load)
      perSecond[turn].push(requests / seconds)
    }
    if (promClient !== undefined) perSecond.promClientScrapes.push(await loadPromClient(promClient, options))
  }
  return perSecond
}

/** One connection keeps the server busy. Counts the unfinished last scrape, which favours prom-client. */
async function loadPromClient(url: string, options: BenchOptions): Promise<number> {
  const duration = Math.max(options.seconds, MIN_PROM_CLIENT_SECONDS)
  const { requests, seconds } = await runWrk(url, { connections: 1, seconds: duration })
  return (requests + 1) / seconds
}
