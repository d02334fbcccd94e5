import { between, chance, deriveSeed, type Random, seededRandom } from './random.ts'
import { day, dayOf, hour, minute } from './time.ts'

/** The connection of an agent, which stays the same. */
export interface AgentConnection {
  readonly type: 'Ethernet' | 'Wifi'
  readonly platform: 'app' | 'web'
  readonly version: string
  readonly ip: string
}

/** The quality of a connection. Loss and rejection are ratios. */
export interface Quality {
  readonly latencyMs: number
  readonly txJitterMs: number
  readonly rxJitterMs: number
  readonly txLoss: number
  readonly rxLoss: number
  readonly rejection: number
}

/** A quality, and when it was measured, in seconds since midnight of day 0. */
export interface Measurement extends Quality {
  readonly measuredAt: number
}

/** The places from which agents work. All agents of an office have the same public address. */
const sites = ['office 1', 'office 1', 'office 2', 'office 1', 'home', 'office 2', 'home', 'home'] as const

type Site = (typeof sites)[number]

const officeAddresses: Readonly<Record<Exclude<Site, 'home'>, string>> = {
  'office 1': '203.0.113.10',
  'office 2': '198.51.100.20',
}

/** In the bad hour, one of these has poor connections. */
const badSites: readonly Site[] = ['home', 'office 2', 'home']

const measurementInterval = minute

const siteOf = (agentIndex: number): Site => sites[agentIndex % sites.length] ?? 'home'

/** The public IP addresses are from the ranges that are reserved for documentation. */
export function connectionOf(agentIndex: number): AgentConnection {
  const site = siteOf(agentIndex)
  const platform = agentIndex % 3 === 2 ? 'web' : 'app'
  return {
    // Every fifth agent at home has a cable.
    type: site === 'home' && agentIndex % 5 !== 0 ? 'Wifi' : 'Ethernet',
    platform,
    version: platform === 'web' ? '' : agentIndex % 7 === 0 ? '4.1.2' : '4.2.0',
    ip: site === 'home' ? `192.0.2.${1 + (agentIndex % 254)}` : officeAddresses[site],
  }
}

/**
 * The network of a centre. Each value is a function of the seed, the agent and the time, so that reading it changes
 * nothing else.
 */
export class Network {
  /** Agents whose connections are poor in any case, by index. */
  poorAgents: ReadonlySet<number> = new Set()
  readonly #seed: number
  readonly #calm: boolean

  /** @param calm whether there is no bad hour */
  constructor(seed: number, calm: boolean) {
    this.#seed = seed
    this.#calm = calm
  }

  /** The bad hour of a day: a site, and the seconds since midnight of day 0. `undefined` if the network is calm. */
  badHour(
    dayNumber: number,
  ): { readonly site: Site; readonly from: number; readonly to: number } | undefined {
    if (this.#calm) return undefined
    const random = seededRandom(deriveSeed(this.#seed, 1, dayNumber))
    const site = badSites[Math.floor(between(random, 0, badSites.length))] ?? 'home'
    const from = dayNumber * day + Math.floor(between(random, 9, 16) * 4) * (hour / 4)
    return { site, from, to: from + hour }
  }

  /** Whether the connections of the site of this agent are poor at this second. */
  isPoor(agentIndex: number, second: number): boolean {
    if (this.poorAgents.has(agentIndex)) return true
    const bad = this.badHour(dayOf(second))
    return bad !== undefined && bad.site === siteOf(agentIndex) && second >= bad.from && second < bad.to
  }

  /** The last measurement of an agent. Each connection is measured once a minute, and at the login. */
  measure(agentIndex: number, second: number, loggedInAt: number): Measurement {
    const offset = (agentIndex * 7) % measurementInterval
    const regular =
      second - ((((second - offset) % measurementInterval) + measurementInterval) % measurementInterval)
    const measuredAt = Math.max(regular, loggedInAt)
    const random = seededRandom(deriveSeed(this.#seed, 2, agentIndex, measuredAt))
    const isWifi = connectionOf(agentIndex).type === 'Wifi'
    // Homes differ in their distance from the router and in their providers.
    const distance = between(seededRandom(deriveSeed(this.#seed, 3, agentIndex)), 0, isWifi ? 40 : 15)
    const usual = isWifi ? wifiQuality(random, distance) : wiredQuality(random, distance)
    return { measuredAt, ...(this.isPoor(agentIndex, measuredAt) ? degrade(random, usual) : usual) }
  }

  /** The quality of a trunk between wolkvox and the telephone network. */
  measureTrunk(trunk: number, second: number): Quality {
    return wiredQuality(seededRandom(deriveSeed(this.#seed, 4, trunk, Math.floor(second / minute))), 0)
  }
}

function wiredQuality(random: Random, distance: number): Quality {
  return {
    latencyMs: between(random, 12, 25) + distance,
    txJitterMs: between(random, 0, 3),
    rxJitterMs: between(random, 0, 3),
    txLoss: between(random, 0, 0.0005),
    rxLoss: between(random, 0, 0.0005),
    rejection: 0,
  }
}

function wifiQuality(random: Random, distance: number): Quality {
  return {
    latencyMs: between(random, 25, 75) + distance,
    txJitterMs: between(random, 2, 14),
    rxJitterMs: between(random, 2, 14),
    txLoss: between(random, 0, 0.005),
    rxLoss: between(random, 0, 0.005),
    rejection: chance(random, 0.05) ? 0.01 : 0,
  }
}

/** Makes a connection so poor that calls suffer. */
function degrade(random: Random, { latencyMs, txJitterMs, rxJitterMs, txLoss, rxLoss }: Quality): Quality {
  return {
    latencyMs: latencyMs + between(random, 400, 900),
    txJitterMs: txJitterMs + between(random, 30, 90),
    rxJitterMs: rxJitterMs + between(random, 30, 90),
    txLoss: txLoss + between(random, 0.02, 0.09),
    rxLoss: rxLoss + between(random, 0.02, 0.09),
    rejection: between(random, 0.05, 0.3),
  }
}
