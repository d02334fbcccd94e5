import { describe, expect, it } from 'vitest'
import { clientOf, displacedBy } from '../../src/server/fair-share.ts'

describe('a client', () => {
  it.each([
    ['an IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address on an IPv6 socket', '::ffff:192.0.2.7', '192.0.2.7'],
    ['the network of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['the network of a short IPv6 address', '2001:db8::1', '2001:db8:0:0::/64'],
    ['the network of an address that ends with zeros', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['the network of an address with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the loopback address', '::1', '0:0:0:0::/64'],
    ['all who use a Unix socket', undefined, 'unix'],
  ])('is %s', (_, remoteAddress, client) => {
    expect(clientOf({ remoteAddress })).toBe(client)
  })
})

/** Holders in their order: a capital letter is idle. The place in the text identifies each. */
const holders = (text: string) =>
  Array.from(text, (letter, place) => ({
    place,
    client: letter.toLowerCase(),
    isIdle: letter !== letter.toLowerCase(),
  }))

describe('at the limit', () => {
  it.each([
    ['a newcomer displaces the oldest of the greediest client', 'n', 'baa', 1],
    ['a newcomer displaces something idle first', 'n', 'baaA', 3],
    ['the oldest idle one', 'n', 'baAaA', 2],
    ['something idle of a modest client stays', 'n', 'Baa', 1],
    ['a client with fewer displaces one with more', 'b', 'abab' + 'a', 0],
    ['among many clients with one each, a newcomer displaces one', 'n', 'abc', 0],
  ])('%s', (_, newcomer, held, place) => {
    expect(displacedBy(newcomer, holders(held))?.place).toBe(place)
  })

  it.each([
    ['the greediest client gets no more, also if it is idle', 'a', 'bAAA'],
    ['a client with as many as the greediest gets no more', 'b', 'aabb'],
    ['nothing can be displaced if nothing is held', 'a', ''],
  ])('%s', (_, newcomer, held) => {
    expect(displacedBy(newcomer, holders(held))).toBeUndefined()
  })
})
