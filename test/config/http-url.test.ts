import { expect, it } from 'vitest'
import { isHttpServer } from '../../src/config/proxy.ts'
import { portOf } from '../../src/wolkvox/route.ts'

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

it.each([
  ['http://proxy', '80'],
  ['https://proxy', '443'],
  ['https://proxy:443', '443'],
  ['http://proxy:3128', '3128'],
])('the port of %s is %s', (url, port) => {
  expect(portOf(new URL(url))).toBe(port)
})
