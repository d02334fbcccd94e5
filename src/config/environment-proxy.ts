import { BlockList, isIP, isIPv6 } from 'node:net'
import { DIRECT, portOf, type Route } from '../wolkvox/route.ts'
import { readProxyUrl } from './urls.ts'
import { type Environment, readVariable } from './variables.ts'

interface EnvironmentRoute {
  readonly route: Route
  /** Each with its variable. */
  readonly problems: readonly string[]
}

/**
 * Chooses the proxy: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the target, then `ALL_PROXY`, unless `NO_PROXY` matches the
 * target. Names in lower case take precedence. An empty variable counts as not set. curl ignores `HTTP_PROXY` in upper case because
 * a request can set it in a CGI program; the exporter is none.
 */
export function routeFromEnvironment(environment: Environment, target: URL): EnvironmentRoute {
  const find = (name: string) =>
    [name.toLowerCase(), name].find((variable) => readVariable(environment, variable) !== undefined)
  const schemeVariable = target.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const otherVariable = target.protocol === 'http:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const variable = find(schemeVariable) ?? find('ALL_PROXY')
  if (variable === undefined) {
    const unused = find(otherVariable)
    if (unused === undefined) return { route: DIRECT, problems: [] }
    const note = `does not apply to ${target.protocol}`
    return { route: { proxy: undefined, source: unused, note }, problems: [] }
  }
  const exceptions = find('NO_PROXY')
  if (exceptions !== undefined && bypassesProxy(environment[exceptions] ?? '', target)) {
    return { route: { proxy: undefined, source: exceptions }, problems: [] }
  }
  const { proxy, problem } = readProxyUrl(readVariable(environment, variable) ?? '')
  if (problem !== undefined) return { route: DIRECT, problems: [`${variable}: ${problem}`] }
  return { route: { proxy, source: variable }, problems: [] }
}

/**
 * Whether `NO_PROXY` matches the target. Entries are separated by commas or white space:
 *
 * - `*` matches every target;
 * - `corp.example`, `.corp.example` and `*.corp.example` match this name and all names below it;
 * - `10.0.0.1`, `2001:db8::1` and `[2001:db8::1]` match this address, in any spelling;
 * - `10.0.0.0/8` and `2001:db8::/32` match all addresses of the network;
 * - with `:port`, an entry matches only targets with this port.
 *
 * Names are not resolved, so an address or a network matches only a target that is given as an address. An entry in another form
 * matches nothing.
 */
export function bypassesProxy(noProxy: string, target: URL): boolean {
  const port = portOf(target)
  const host = withoutBrackets(target.hostname).toLowerCase().replace(/\.$/, '')
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(readEntry)
    .some((entry) => (entry.port === undefined || entry.port === port) && matchesHost(entry.host, host))
}

interface Entry {
  readonly host: string
  readonly port: string | undefined
}

// An IPv6 address needs brackets before a port. The port of a network follows its prefix.
const BRACKETS = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/
const WITH_PORT = /^([^:]*):(\d+)$/

function readEntry(text: string): Entry {
  const [, address, prefix = '', addressPort] = BRACKETS.exec(text) ?? []
  if (address !== undefined) return { host: `${address}${prefix}`, port: addressPort }
  const [, host, port] = WITH_PORT.exec(text) ?? []
  return host === undefined ? { host: text, port: undefined } : { host, port }
}

function matchesHost(entry: string, host: string): boolean {
  if (entry === '*') return true
  const [network = '', prefix, ...rest] = entry.split('/')
  if (rest.length > 0) return false
  if (isIP(network) !== 0) return isIP(host) !== 0 && matchesNetwork(network, prefix, host)
  if (prefix !== undefined || isIP(host) !== 0) return false
  const domain = entry
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}

function matchesNetwork(network: string, prefix: string | undefined, address: string): boolean {
  const list = new BlockList()
  const bits = isIPv6(network) ? 128 : 32
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(length <= bits)) return false
  list.addSubnet(network, length, familyOf(network))
  return list.check(address, familyOf(address))
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

const withoutBrackets = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1')
