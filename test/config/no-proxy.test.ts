import { describe, expect, it } from 'vitest'
import { bypassesProxy } from '../../src/config/environment-proxy.ts'

const WOLKVOX = 'https://wv0042.wolkvox.com'

const rows: readonly (readonly [noProxy: string, target: string, bypasses: boolean])[] = [
  ['', WOLKVOX, false],
  [' , ,', WOLKVOX, false],
  ['*', WOLKVOX, true],
  ['*', 'https://[2001:db8::1]', true],
  ['other.example,*', WOLKVOX, true],
  // Names.
  ['wv0042.wolkvox.com', WOLKVOX, true],
  ['WV0042.Wolkvox.COM', WOLKVOX, true],
  ['wv0042.wolkvox.com.', WOLKVOX, true],
  ['wv0042.wolkvox.com', 'https://wv0042.wolkvox.com./', true],
  ['wv0043.wolkvox.com', WOLKVOX, false],
  ['a.example, wv0042.wolkvox.com ,b.example', WOLKVOX, true],
  ['a.example wv0042.wolkvox.com', WOLKVOX, true],
  ['a.example\twv0042.wolkvox.com', WOLKVOX, true],
  // Names below a name.
  ['wolkvox.com', WOLKVOX, true],
  ['.wolkvox.com', WOLKVOX, true],
  ['*.wolkvox.com', WOLKVOX, true],
  ['.wolkvox.com', 'https://wolkvox.com', true],
  ['com', WOLKVOX, true],
  ['olkvox.com', WOLKVOX, false],
  ['wolkvox.com', 'https://wolkvox.com.evil.example', false],
  ['wolkvox.*', WOLKVOX, false],
  ['a.wv0042.wolkvox.com', WOLKVOX, false],
  // Ports.
  ['wolkvox.com:443', WOLKVOX, true],
  ['wolkvox.com:8443', WOLKVOX, false],
  ['wolkvox.com:8443', 'https://wv0042.wolkvox.com:8443', true],
  ['wolkvox.com:80', 'http://wv0042.wolkvox.com', true],
  ['*:443', WOLKVOX, true],
  ['*:80', WOLKVOX, false],
  // Addresses.
  ['10.1.2.3', 'http://10.1.2.3', true],
  ['10.1.2.3:8080', 'http://10.1.2.3:8080', true],
  ['10.1.2.3:8080', 'http://10.1.2.3', false],
  ['10.1.2.3', 'http://10.1.2.30', false],
  ['0.1.2.3', 'http://10.1.2.3', false],
  ['.2.3', 'http://10.1.2.3', false],
  ['2001:db8::1', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]', 'https://[2001:db8::1]', true],
  ['2001:0DB8:0:0::1', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]:80', 'https://[2001:db8::1]', false],
  ['2001:db8::2', 'https://[2001:db8::1]', false],
  ['10.1.2.3', WOLKVOX, false],
  // Networks.
  ['10.0.0.0/8', 'http://10.1.2.3', true],
  ['10.0.0.0/8', 'http://11.1.2.3', false],
  ['10.1.2.3/32', 'http://10.1.2.3', true],
  ['0.0.0.0/0', 'http://192.0.2.1', true],
  ['0.0.0.0/0', 'https://[2001:db8::1]', false],
  ['10.1.2.0/23', 'http://10.1.3.255', true],
  ['10.1.2.0/23', 'http://10.1.4.0', false],
  ['2001:db8::/32', 'https://[2001:db8:ffff::1]', true],
  ['2001:db8::/32', 'https://[2001:db9::1]', false],
  ['[2001:db8::]/32', 'https://[2001:db8:1::1]', true],
  // Forms that match nothing.
  ['10.0.0.0/33', 'http://10.1.2.3', false],
  ['10.0.0.0/', 'http://10.0.0.0', false],
  ['10.0.0.0/x', 'http://10.0.0.0', false],
  ['127.0.0.1/8/9', 'http://127.0.0.1', false],
  ['10.0.0.0/8/', 'http://10.1.2.3', false],
  ['wolkvox.com/24', WOLKVOX, false],
  ['.', WOLKVOX, false],
  ['https://wv0042.wolkvox.com', WOLKVOX, false],
]

describe('NO_PROXY', () => {
  it.each(rows)('"%s" matches %s: %s', (noProxy, target, bypasses) => {
    expect(bypassesProxy(noProxy, new URL(target))).toBe(bypasses)
  })
})
