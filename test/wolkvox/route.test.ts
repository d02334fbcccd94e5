import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { readProxyUrl } from '../../src/config/urls.ts'
import { describeRoute, portOf, proxyAddress } from '../../src/wolkvox/route.ts'

it('a proxy shows its password in no output', () => {
  const { proxy } = readProxyUrl('http://user:test-word@proxy:3128')
  if (proxy === undefined) throw new Error('not a proxy')
  const output = [inspect(proxy, { depth: 9 }), JSON.stringify(proxy), proxyAddress(proxy)].join()
  expect(output).not.toContain('test-word')
  expect(describeRoute({ proxy, source: 'HTTPS_PROXY' })).toBe('http://proxy:3128 (HTTPS_PROXY)')
})

it.each([
  ['http://proxy', '80'],
  ['https://proxy', '443'],
  ['https://proxy:443', '443'],
  ['http://proxy:3128', '3128'],
])('the port of %s is %s', (url, port) => {
  expect(portOf(new URL(url))).toBe(port)
})
