import { describe, expect, it } from 'vitest'
import { isHttpServer, readProxyUrl } from '../../src/config/urls.ts'

it.each([
  ['http://proxy', true],
  ['https://wv0042.wolkvox.com/prefix', true],
  ['https://wv0042.wolkvox.com.', true],
  ['http://under_score.example:8080', true],
  ['http://10.1.2.3:3128', true],
  ['http://[2001:db8::1]:3128', true],
  ['ftp://proxy', false],
  ['http://{server}', false],
  ['http://a..example', false],
  ['http://proxy:0', false],
])('%s names a server that a request can reach: %s', (url, isServer) => {
  expect(isHttpServer(new URL(url))).toBe(isServer)
})

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
})
