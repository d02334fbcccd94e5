import { isIPv6, type Socket } from 'node:net'

// An IPv6 network of this many groups of 16 bits usually belongs to one client.
const IPV6_GROUPS = 4

/**
 * Who is at the other end of a connection: an IPv4 address, the /64 network of an IPv6 address, or `unix` for all clients of a Unix
 * socket. A reverse proxy is one client, also on this machine: it has limits for its own clients.
 */
export function clientOf({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  if (remoteAddress === undefined) return 'unix'
  if (!isIPv6(remoteAddress)) return remoteAddress
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)
  return mapped?.[1] ?? networkOf(remoteAddress)
}

function networkOf(address: string): string {
  const [start = '', end] = address.replace(/%.*$/, '').split('::')
  const first = start === '' ? [] : start.split(':')
  // Between the two parts, `::` replaces the zeros that are missing.
  const missing = end === undefined ? 0 : 8 - first.length - (end === '' ? 0 : end.split(':').length)
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...(end ?? '').split(':')]
  return `${groups.slice(0, IPV6_GROUPS).join(':')}::/64`
}

/** Something that a limited number of clients can have at the same time, such as a connection. */
export interface Holder {
  readonly client: string
  /** Whether it can end without harm to its client. */
  readonly isIdle: boolean
}

/**
 * Chooses who gives way when a limit is reached: a newcomer displaces only a client that has more than the newcomer's client has,
 * and of these the one that has most. It loses what it has had longest, first of all something idle.
 *
 * Therefore a greedy client cannot keep others out, a client with few connections always gets one, and a flood from one address
 * displaces nothing.
 *
 * @param holders the oldest first
 * @returns `undefined` if the newcomer has to be refused
 */
export function displacedBy<T extends Holder>(newcomer: string, holders: Iterable<T>): T | undefined {
  const byClient = Map.groupBy(holders, ({ client }) => client)
  let greediest = byClient.get(newcomer) ?? []
  for (const held of byClient.values()) if (held.length > greediest.length) greediest = held
  if (greediest[0] === undefined || greediest[0].client === newcomer) return undefined
  return greediest.find(({ isIdle }) => isIdle) ?? greediest[0]
}
