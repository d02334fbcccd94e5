import { isIPv6 } from 'node:net'
import { type Reading, readText, UNREADABLE } from './values.ts'

const OCTET = '(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)'

// Programs have versions such as 120.0.0.0 and 4.1.0.0. As an address, this is a network and not a person's device.
const IPV4 = new RegExp(`(?<!\\d)${OCTET}([._ -])${OCTET}\\1(?!0\\.0(?!\\d))${OCTET}\\1${OCTET}(?!\\d)`)

const HEX_RUN = /[\da-f:.]+/gi

// `0000:` eight times, with an IPv4 address at the end.
const MAX_IPV6_LENGTH = 45

// The names that Windows gives to IPv6 addresses, with a hyphen in place of each colon.
const IPV6_NAME = '.ipv6-literal.net'

/**
 * Whether a text contains an IP address, also with a port, in the name of a host such as `host-192-0-2-7`, or in a form that only
 * looks different: full-width digits, invisible characters, spaces, or brackets around the separators.
 */
export function hasIpAddress(text: string): boolean {
  if (PLAIN.test(text) && !FOUR_GROUPS.test(text) && !text.includes(':')) return isIpv6Name(text)
  const plain = simplify(text)
  return IPV4.test(plain) || hasIpv6Address(plain)
}

function hasIpv6Address(text: string): boolean {
  if (isIpv6Name(text)) return true
  return text.includes(':') && (text.match(HEX_RUN) ?? []).some(isIPv6Run)
}

function isIPv6Run(run: string): boolean {
  const address = run.replace(/^:(?!:)/, '').replace(/[.]$|(?<!:):$/, '')
  return address.length > '::'.length && address.length <= MAX_IPV6_LENGTH && isIPv6(address)
}

const isIpv6Name = (text: string) => text.toLowerCase().includes(IPV6_NAME)

// ASCII, and the letters of western Europe, whose forms all look like what they are.
const PLAIN = /^[\x20-\x7e\xc0-\xff]*$/

// Most texts have fewer groups of digits than an address.
const FOUR_GROUPS = /\d\D+(?:\d{1,3}\D+){2}\d/

/** A text with compatibility characters unified and without invisible characters. */
function unify(text: string): string {
  if (PLAIN.test(text)) return text
  // Marks first, because normalising a sequence of marks takes quadratic time.
  return text.replace(/[\p{M}\p{Cf}]+/gu, '').normalize('NFKC')
}

/** A text in which an address has its usual form, apart from the separator. */
function simplify(text: string): string {
  return unify(text)
    .replace(/[\u3002\u00b7]/g, '.')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/[[({] ?(?:\.|dot) ?[\])}]/gi, '.')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/ ?([._-]) ?/g, '$1')
}

/** Reads a text for display. A text with an IP address, which is personal data, is unreadable. */
export function readTextWithoutAddress(value: unknown): Reading<string> {
  const text = readText(value)
  return typeof text === 'string' && hasIpAddress(text) ? UNREADABLE : text
}

// Four numbers, such as 1.4.2.7 or app/1.4.2.7. With a port or a network mask, they are an address.
const VERSION = new RegExp(`(?<![\\d.:@-])${OCTET}(?:\\.${OCTET}){3}(?![\\d.:/])`, 'g')

const FOUR_NUMBERS = new RegExp(`(?<!\\d)${OCTET}(?:\\.${OCTET}){3}(?!\\d)`, 'g')

/**
 * Creates a reader of texts that describe a program and can contain its version. A version of four numbers has the form of an IPv4
 * address, so only the addresses of the same record tell them apart: without any, it is unreadable. So is a text with any other
 * form of an address.
 *
 * @param address value of the field with the record's addresses
 */
export function createVersionReader(address: unknown): (value: unknown) => Reading<string> {
  const own = readText(address)
  let known: ReadonlySet<string> | undefined

  function addresses(): ReadonlySet<string> {
    known ??= new Set(typeof own === 'string' ? addressesIn(simplify(own)) : [])
    return known
  }

  return (value) => {
    const text = readText(value)
    if (typeof text !== 'string') return text
    if (addressesIn(text).some((address) => addresses().has(address))) return UNREADABLE
    if (!hasIpAddress(text)) return text
    // Characters that are not what they look like are in no version.
    if (addresses().size === 0 || unify(text) !== text) return UNREADABLE
    return hasIpAddress(text.replace(VERSION, '')) ? UNREADABLE : text
  }
}

/** The texts of four numbers, without leading zeros: 10.0.2.7 for 010.000.002.007. */
const addressesIn = (text: string) =>
  (text.match(FOUR_NUMBERS) ?? []).map((address) => address.split('.').map(Number).join('.'))
