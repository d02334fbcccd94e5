import { expect, it } from 'vitest'
import { readProxyUrl } from '../../src/config/urls.ts'
import { fromPlain, toPlain } from '../../src/worker/protocol.ts'
import { anOperation, HASH_KEY } from '../../tools/fixtures.ts'

it('sends an operation with all of its secrets to another thread', () => {
  const { proxy } = readProxyUrl('http://user:test-word@proxy:3128')
  const operation = anOperation({
    route: { proxy, source: 'HTTPS_PROXY' },
    caCertificates: 'test',
    hashKey: HASH_KEY,
  })
  const received = fromPlain(structuredClone(toPlain(operation)))
  expect(received).toEqual(operation)
  expect(received.token.reveal()).toBe('test-token')
  expect(received.hashKey?.reveal()).toBe(HASH_KEY.reveal())
  expect(received.route.proxy?.credentials?.password.reveal()).toBe('test-word')
  expect(JSON.stringify(received)).not.toMatch(/test-token|test-word|test-key/)
})

it.each(['http://proxy:3128', undefined])('sends an operation without a password: %s', (url) => {
  const proxy = url === undefined ? undefined : readProxyUrl(url).proxy
  const operation = anOperation({ route: { proxy, source: undefined } })
  expect(fromPlain(structuredClone(toPlain(operation)))).toEqual(operation)
})
