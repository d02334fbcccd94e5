import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readProxyUrl, routeFromEnvironment } from '../../src/config/proxy.ts'
import { describeRoute, proxyAddress } from '../../src/wolkvox/route.ts'

const WOLKVOX = new URL('https://wv0042.wolkvox.com')
const PROXY = 'http://proxy.example:3128'

function readGood(text: string) {
  const { proxy, problem } = readProxyUrl(text)
  if (proxy === undefined) throw new Error(problem)
  return proxy
}

describe('the URL of a proxy', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128'],
    ['http://proxy.example:3128/', 'http://proxy.example:3128'],
    ['HTTP://Proxy.Example:3128', 'http://proxy.example:3128'],
    ['proxy.example:3128', 'http://proxy.example:3128'],
    ['http://proxy', 'http://proxy:80'],
    ['https://proxy.example', 'https://proxy.example:443'],
    ['http://10.1.2.3:8080', 'http://10.1.2.3:8080'],
    ['http://[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
    ['user:word@proxy.example:3128', 'http://proxy.example:3128'],
  ])('%s is read as %s', (text, url) => {
    expect(readGood(text).url).toBe(url)
  })

  it.each([
    ['http://proxy:3128', undefined],
    ['http://user:test-word@proxy:3128', 'user:test-word'],
    ['http://user@proxy:3128', 'user:'],
    ['http://corp%5Cuser:p%40ss%3Aw%2Fo%23rd%25@proxy:3128', 'corp\\user:p@ss:w/o#rd%'],
    ['http://us%C3%A9r:contrase%C3%B1a@proxy:3128', 'usér:contraseña'],
  ])('%s contains the user and password %s', (text, expected) => {
    const { credentials } = readGood(text)
    expect(credentials && `${credentials.user}:${credentials.password.reveal()}`).toBe(expected)
  })

  it.each([
    ['socks5://proxy:1080', 'is a SOCKS proxy, which the exporter does not support'],
    ['socks5h://proxy:1080', 'is a SOCKS proxy'],
    ['SOCKS://proxy:1080', 'is a SOCKS proxy'],
    ['ftp://proxy:21', 'must be http://host:port'],
    ['http://', 'must be http://host:port'],
    ['http://proxy:0', 'must be http://host:port'],
    ['http://proxy:99999', 'must be http://host:port'],
    ['http://pro xy:3128', 'contains white space'],
    ['http://{proxy}:3128', 'must be http://host:port'],
    ['http://proxy:3128/path', 'without a path or query'],
    ['http://proxy:3128/?a=b', 'without a path or query'],
    ['http://user:test#word@proxy:3128', 'percent-encode special characters'],
    ['http://user:test/word@proxy:3128', 'percent-encode special characters'],
    [
      'http://user:test%zzword@proxy:3128',
      'has an invalid percent-encoding in user or password; write % as %25',
    ],
    ['http://us%3Aer:test-word@proxy:3128', 'has a colon in the user'],
    ['http://user:test%0Aword@proxy:3128', 'has a control character'],
  ])('%s is refused, without repeating it', (text, problem) => {
    const read = readProxyUrl(text)
    expect(read.problem).toContain(problem)
    expect(read.problem).not.toMatch(/test.?word/)
  })

  it('shows the password in no output', () => {
    const proxy = readGood('http://user:test-word@proxy:3128')
    const shown = [inspect(proxy, { depth: 9 }), JSON.stringify(proxy), proxyAddress(proxy)].join()
    expect(shown).not.toContain('test-word')
    expect(describeRoute({ proxy, source: 'HTTPS_PROXY' })).toBe('http://proxy:3128 (HTTPS_PROXY)')
  })
})

describe('the proxy of the environment', () => {
  it.each<[string, Record<string, string>, URL, string]>([
    ['is none without a variable', {}, WOLKVOX, 'none'],
    ['is HTTPS_PROXY for https:', { HTTPS_PROXY: PROXY }, WOLKVOX, `${PROXY} (HTTPS_PROXY)`],
    ['is https_proxy for https:', { https_proxy: PROXY }, WOLKVOX, `${PROXY} (https_proxy)`],
    [
      'is the variable in lower case, if there are both',
      { HTTPS_PROXY: 'http://other', https_proxy: PROXY },
      WOLKVOX,
      `${PROXY} (https_proxy)`,
    ],
    [
      'is not that of an empty variable',
      { https_proxy: ' ', HTTPS_PROXY: PROXY },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
    ['is HTTP_PROXY for http:', { HTTP_PROXY: PROXY }, new URL('http://a.example'), `${PROXY} (HTTP_PROXY)`],
    ['is http_proxy for http:', { http_proxy: PROXY }, new URL('http://a.example'), `${PROXY} (http_proxy)`],
    [
      'is not HTTP_PROXY for https:',
      { HTTP_PROXY: PROXY },
      WOLKVOX,
      'none (HTTP_PROXY does not apply to https:)',
    ],
    [
      'is not HTTPS_PROXY for http:',
      { HTTPS_PROXY: PROXY },
      new URL('http://a.example'),
      'none (HTTPS_PROXY does not apply to http:)',
    ],
    ['is ALL_PROXY for any scheme', { ALL_PROXY: PROXY }, WOLKVOX, `${PROXY} (ALL_PROXY)`],
    [
      'is that of the scheme before ALL_PROXY',
      { ALL_PROXY: 'http://other', HTTPS_PROXY: PROXY },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
    [
      'is none if NO_PROXY matches',
      { HTTPS_PROXY: PROXY, NO_PROXY: '.wolkvox.com' },
      WOLKVOX,
      'none (NO_PROXY)',
    ],
    [
      'is none if no_proxy matches, also if NO_PROXY does not',
      { HTTPS_PROXY: PROXY, no_proxy: '*', NO_PROXY: 'other' },
      WOLKVOX,
      'none (no_proxy)',
    ],
    [
      'is used if NO_PROXY matches only others',
      { HTTPS_PROXY: PROXY, NO_PROXY: 'other' },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
  ])('%s', (_what, environment, target, described) => {
    const { route, problems } = routeFromEnvironment(environment, target)
    expect(problems).toEqual([])
    expect(describeRoute(route)).toBe(described)
  })

  it('is a problem that names the variable, unless the proxy is not used', () => {
    const environment = { https_proxy: 'socks5://user:test-word@proxy:1080' }
    expect(routeFromEnvironment(environment, WOLKVOX).problems).toEqual([
      'https_proxy: is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL (proxy_url in a file) to none',
    ])
    expect(routeFromEnvironment({ ...environment, NO_PROXY: '*' }, WOLKVOX).problems).toEqual([])
  })
})
