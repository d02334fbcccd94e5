import { isIPv6 } from 'node:net'
import { type Reading, readText, UNREADABLE } from './values.ts'

const OCTET = '(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)'

// Programs have versions such as 120.0.0.0 and 4.1.0.0. As an address, this is a network and not a person's device.
const IPV4 = new RegExp(`(?<!\\d)${OCTET}([.-])${OCTET}\\1(?!0\\.0(?!\\d))${OCTET}\\1${OCTET}(?!\\d)`)

const HEX_RUN = /[\da-f:.]+/gi

const ADDRESS = new RegExp(`${OCTET}(?:\\.${OCTET}){3}`)

// `0000:` eight times, with an IPv4 address at the end.
const MAX_IPV6_LENGTH = 45

/** Whether a text contains an IP address, also with a port or in the name of a host such as `host-192-0-2-7`. */
export function hasIpAddress(text: string): boolean {
  return IPV4.test(text) || hasIpv6Address(text)
}

function hasIpv6Address(text: string): boolean {
  return text.includes(':') && (text.match(HEX_RUN) ?? []).some(isIPv6Run)
}

function isIPv6Run(run: string): boolean {
  const address = run.replace(/^:(?!:)/, '').replace(/[.]$|(?<!:):$/, '')
  return address.length > '::'.length && address.length <= MAX_IPV6_LENGTH && isIPv6(address)
}

/** Reads a text for display. A text with an IP address, which is personal data, is unreadable. */
export function readTextWithoutAddress(value: unknown): Reading<string> {
  const text = readText(value)
  return typeof text === 'string' && hasIpAddress(text) ? UNREADABLE : text
}

// Four numbers, such as 1.4.2.7 or app/1.4.2.7. With a port or a network mask, they are an address.
const VERSION = new RegExp(`(?<![\\d.:@-])${OCTET}(?:\\.${OCTET}){3}(?![\\d.:/])`, 'g')

/**
 * Creates a reader of texts that describe a program and can contain its version. A version of four numbers has the form of an IPv4
 * address, so only the address of the same record tells them apart. A text with any other form of an address is unreadable.
 *
 * @param address value of the field with the record's address
 */
export function createVersionReader(address: unknown): (value: unknown) => Reading<string> {
  const own = readText(address)
  // Without its port. A short text could be part of any version.
  const [ownAddress] = typeof own === 'string' ? (own.match(ADDRESS) ?? []) : []
  return (value) => {
    const text = readText(value)
    if (typeof text !== 'string') return text
    const isAddress = ownAddress !== undefined && text.includes(ownAddress)
    return isAddress || hasIpAddress(text.replace(VERSION, '')) ? UNREADABLE : text
  }
}
