import { z } from 'zod'
import { Secret } from '../secret.ts'
import { type OutboundProxy, portOf } from '../wolkvox/route.ts'
import type { ValueSchema } from './setting.ts'

// Host names and addresses. URL also accepts braces, quotes and empty labels.
const HOST = /^([\w-]+(\.[\w-]+)*\.?|\[[0-9a-f:.]+\])$/i

/** Whether a URL names a server that a request can reach: by http or https, with a possible host and port. */
export function isHttpServer({ protocol, hostname, port }: URL): boolean {
  return /^https?:$/.test(protocol) && HOST.test(hostname) && port !== '0'
}

/** The base URL of the API, without a slash at its end. */
export const baseUrl: ValueSchema<string> = {
  schema: z.string().transform((text, context) => {
    const problem = baseUrlProblem(text)
    if (problem === undefined) return text.replace(/\/+$/, '')
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#\\@]+$` },
}

/** What is wrong with a base URL, or `undefined`. Checks the text too, because URL drops white space and adds slashes. */
function baseUrlProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'contains white space; remove it'
  const url = URL.parse(text)
  if (
    url === null ||
    !/^https?:\/\/[^/\\]/i.test(text) ||
    !isHttpServer(url) ||
    `${url.username}${url.password}` !== '' ||
    /[?#\\]/.test(text)
  ) {
    return 'must be an http(s) URL without user, password or query, such as https://wv0042.wolkvox.com'
  }
  if (/\/api\/+v2(\/|$)|\.php\/*$/i.test(url.pathname)) {
    return 'must end before /api/v2, which the exporter adds, such as https://wv0042.wolkvox.com'
  }
  return undefined
}

/** The URL of a proxy, or `none`. */
export const proxyUrl: ValueSchema<OutboundProxy | 'none'> = {
  schema: z.string().transform((text, context): OutboundProxy | 'none' => {
    if (text === 'none') return 'none'
    const { proxy, problem } = readProxyUrl(text)
    if (problem === undefined) return proxy
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^\S+$` },
}

type ReadProxy =
  | { readonly proxy: OutboundProxy; readonly problem?: undefined }
  | { readonly problem: string; readonly proxy?: undefined }

const FORM = 'must be http://host:port or http://user:password@host:port'

/**
 * Reads the URL of a proxy. As other programs do, it accepts `host:port` without a scheme.
 *
 * @returns the proxy, or what is wrong and what to do; never the text, which may contain a password
 */
export function readProxyUrl(text: string): ReadProxy {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme?.startsWith('socks')) {
    return {
      problem:
        'is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL (proxy_url in a file) to none',
    }
  }
  if (/[\s\p{C}]/u.test(text)) return { problem: 'contains white space; remove it' }
  const url = URL.parse(scheme === undefined ? `http://${text}` : text)
  if (url === null || !isHttpServer(url)) {
    return { problem: `${FORM}; percent-encode special characters of user and password` }
  }
  if (url.pathname !== '/' || /[?#\\]/.test(text)) {
    return {
      problem: `${FORM}, without a path or query; percent-encode special characters of user and password`,
    }
  }
  const user = decode(url.username)
  const password = decode(url.password)
  if (user === undefined || password === undefined) {
    return { problem: 'has an invalid percent-encoding in user or password; write % as %25' }
  }
  if (user.includes(':')) return { problem: 'has a colon in the user, which HTTP does not allow' }
  if (/\p{Cc}/u.test(user + password)) {
    return { problem: 'has a control character in user or password; remove it' }
  }
  const credentials = user === '' && password === '' ? undefined : { user, password: new Secret(password) }
  return { proxy: { url: `${url.protocol}//${url.hostname}:${portOf(url)}`, credentials } }
}

/** @returns `undefined` if it is not percent-encoded correctly */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
